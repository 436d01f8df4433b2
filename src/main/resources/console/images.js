// Makes and edits pictures, with previews while they are made, and shows the operator's own.

import { ask, offered, postJson } from './api.js';
import { field, h, setAttribute, setText } from './dom.js';
import { count, millis } from './format.js';
import { Gallery } from './gallery.js';
import { events } from './stream.js';

const SIZES = ['auto', '256x256', '512x512', '1024x1024', '1536x1024', '1024x1536'];

export class ImagesView {
  #prefix = '/v1';
  #running = null;
  #previewUrl = '';
  #prompt = h('textarea', { rows: 3, 'aria-label': 'Prompt', placeholder: 'What the picture shows' });
  #model = h('input', { type: 'text', placeholder: 'any that makes pictures' });
  #size = h('select', {}, ...SIZES.map((size) => h('option', { value: size }, size)));
  #source = h('input', { type: 'file', accept: 'image/png,image/jpeg,image/webp' });
  #told = h('p', { class: 'figures-line', role: 'status' }, 'Nothing made yet.');
  #preview = h('img', { class: 'preview', alt: 'The picture as far as it is made', hidden: true });
  #make = h('button', { type: 'button', class: 'primary', onclick: () => this.#run() }, 'Make');
  #upload = h('button', { type: 'button', onclick: () => this.#keep() }, 'Upload only');
  #stop = h('button', { type: 'button', disabled: true, onclick: () => this.#running?.abort() }, 'Stop');
  #gallery = new Gallery();

  element = h('div', { class: 'images' },
    h('section', { class: 'panel', 'aria-label': 'Make a picture' },
      this.#prompt,
      h('div', { class: 'fields' }, field('Model', this.#model), field('Size', this.#size), field('Picture to edit', this.#source)),
      h('div', { class: 'buttons' }, this.#told, this.#stop, this.#upload, this.#make),
      this.#preview),
    this.#gallery.element);

  async show() {
    try {
      this.#prefix = (await offered()).prefix;
      await this.#gallery.show(this.#prefix);
    } catch (error) {
      setText(this.#told, `The pictures cannot be listed: ${error.message}`);
    }
  }

  async #run() {
    const prompt = this.#prompt.value.trim();
    if (this.#running || prompt === '') return;
    const start = performance.now();
    this.#busy(new AbortController());
    setText(this.#told, 'Waiting for the backend…');
    try {
      const { signal } = this.#running;
      const answer = this.#source.files.length > 0 ? await this.#edit(prompt, signal) : await this.#generate(prompt, signal);
      for await (const event of events(answer)) this.#take(event, start);
      await this.#gallery.reload();
    } catch (error) {
      setText(this.#told, error.name === 'AbortError' ? 'Stopped.' : error.message);
    } finally {
      this.#busy(null);
    }
  }

  #generate(prompt, signal) {
    return postJson(`${this.#prefix}/images/generations`, { ...this.#fields(prompt), stream: true, partial_images: 2 }, { signal });
  }

  #edit(prompt, signal) {
    const form = new FormData();
    Object.entries({ ...this.#fields(prompt), stream: 'true', partial_images: '2' })
      .forEach(([name, value]) => value && form.append(name, value));
    form.append('image[]', this.#source.files[0]);
    return ask(`${this.#prefix}/images/edits`, { method: 'POST', body: form, signal });
  }

  #fields(prompt) {
    return {
      prompt,
      model: this.#model.value.trim() || undefined,
      size: this.#size.value === 'auto' ? undefined : this.#size.value,
    };
  }

  #take({ type = '', b64_json: base64, partial_image_index: index, usage }, start) {
    if (!base64) return;
    this.#draw(base64);
    setText(this.#told, type.endsWith('.partial_image')
      ? `Preview ${index + 1} after ${millis(performance.now() - start)}`
      : [`Made in ${millis(performance.now() - start)}`, usage && `${count(usage.total_tokens)} tokens`].filter(Boolean).join(' · '));
  }

  /** By its bytes: the page's policy lets it connect to this service alone, so a data URL cannot be fetched. */
  #draw(base64) {
    URL.revokeObjectURL(this.#previewUrl);
    this.#previewUrl = URL.createObjectURL(new Blob([Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))]));
    setAttribute(this.#preview, 'src', this.#previewUrl);
    this.#preview.hidden = false;
  }

  async #keep() {
    if (this.#source.files.length === 0) {
      setText(this.#told, 'Choose a picture first.');
      return;
    }
    const form = new FormData();
    form.append('file', this.#source.files[0]);
    setText(this.#told, 'Uploading…');
    try {
      const { width, height } = await (await ask(`${this.#prefix}/images`, { method: 'POST', body: form })).json();
      setText(this.#told, `Uploaded: ${width} × ${height}`);
      await this.#gallery.reload();
    } catch (error) {
      setText(this.#told, error.message);
    }
  }

  #busy(running) {
    this.#running = running;
    this.#make.disabled = running !== null;
    this.#stop.disabled = running === null;
  }
}

// Reads a stream of server-sent events as fetch delivers it.

/** The data of each event, parsed, until `[DONE]` or the end. An `error` event, or an error in the data, is thrown. */
export async function* events(answer) {
  let lines = [];
  for await (const line of linesOf(answer.body)) {
    if (line !== '') {
      lines.push(line);
      continue;
    }
    const data = lines.filter((each) => each.startsWith('data:')).map((each) => each.slice(5).trimStart()).join('\n');
    lines = [];
    if (data === '[DONE]') return;
    if (data === '') continue;
    const value = JSON.parse(data);
    if (value.error) throw new Error(value.error.message ?? String(value.error));
    yield value;
  }
}

async function* linesOf(body) {
  let rest = '';
  for await (const text of texts(body)) {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop();
    yield* lines;
  }
  if (rest !== '') yield rest;
}

/** Pieces of text as they come. Leaving early cancels the body, and with it the work behind it. */
export async function* texts(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) yield piece.value;
  } finally {
    await reader.cancel().catch(() => {});
  }
}

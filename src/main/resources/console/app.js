// Starts the console: signs in, asks for news while somebody looks, shows the view that the page's address names.

import { json, Refusal } from './api.js';
import { BackendsView } from './backends.js';
import { ChangesView } from './changes.js';
import { ConversationsView } from './conversations.js';
import { setAttribute } from './dom.js';
import { ImagesView } from './images.js';
import { comeBack } from './issuer.js';
import { PlaygroundView } from './playground.js';
import { Poll } from './poll.js';
import { RoutesView } from './routes.js';
import { bearer, onChange, signIn, signOut } from './session.js';
import { SettingsView } from './settings.js';
import { signInPage } from './sign-in.js';
import { StatusLine } from './status-line.js';

const main = document.getElementById('main');
const nav = document.getElementById('nav');
const statusPlace = document.getElementById('status');
const signOutButton = document.getElementById('sign-out');

let shown = null;
let routesPoll = null;
let statusPoll = null;

function open() {
  const statusLine = new StatusLine(() => routesPoll.now());
  const views = {
    routes: new RoutesView(), changes: new ChangesView(), backends: new BackendsView(), settings: new SettingsView(),
    playground: new PlaygroundView(), conversations: new ConversationsView(), images: new ImagesView(),
  };
  routesPoll = new Poll(async (signal) => {
    const status = await json('admin/routes', { signal });
    statusLine.update(status);
    [views.routes, views.changes, views.playground].forEach((view) => view.update(status));
  }, (error) => failed(error, statusLine));
  statusPoll = new Poll(async (signal) => {
    const status = await json('admin/status', { signal });
    statusLine.updateCalls(status);
    views.backends.update(status);
  }, (error) => failed(error, statusLine));
  shown = views;
  statusPlace.replaceChildren(statusLine.element);
  nav.hidden = statusPlace.hidden = false;
  signOutButton.hidden = bearer() === '';
  show();
  routesPoll.start();
  statusPoll.start();
}

function close(why) {
  routesPoll?.stop();
  statusPoll?.stop();
  shown = null;
  nav.hidden = statusPlace.hidden = signOutButton.hidden = true;
  statusPlace.replaceChildren();
  main.replaceChildren(signInPage(why, signIn));
  document.getElementById('token').focus();
}

/** A token that no longer holds ends the session; anything else may pass. */
function failed(error, statusLine) {
  if (isRefusedToken(error)) signOut(refusalText(error));
  else statusLine.lost(error);
}

const isRefusedToken = (error) => error instanceof Refusal && (error.status === 401 || error.status === 403);

function refusalText({ status }) {
  return status === 403
    ? 'This token holds, but its caller is not an admin: the console is for members of AUTH_ADMIN_GROUP.'
    : 'This token does not hold, or no longer: it may have expired.';
}

function show() {
  if (!shown || (location.hash && !location.hash.startsWith('#/'))) return;
  const [name = '', ...rest] = location.hash.slice(2).split('/').map(decode);
  const view = shown[name] ? name : 'routes';
  [...nav.children].forEach((link) => setAttribute(link, 'aria-current', link.hash === `#/${view}` ? 'page' : null));
  if (shown[view].element.parentNode !== main) main.replaceChildren(shown[view].element);
  shown[view].show(rest);
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Lets in whoever the service lets in: with a token, or without where it asks for none. */
async function enter() {
  try {
    await json('admin/routes');
    open();
  } catch (error) {
    if (!isRefusedToken(error)) close(`The service does not answer: ${error.message}`);
    else if (bearer() === '') close('');
    else signOut(refusalText(error));
  }
}

async function start() {
  const answer = await comeBack();
  if (!answer) enter();
  else if (answer.token) signIn(answer.token);
  else close(answer.why);
}

onChange((why) => (bearer() ? enter() : close(why)));
signOutButton.addEventListener('click', () => signOut());
addEventListener('hashchange', show);
start();

// How numbers, times and sizes read.

const whole = new Intl.NumberFormat('en');
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const dateAndClock = new Intl.DateTimeFormat('en-GB', {
  year: 'numeric', month: 'short', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
});

export const count = (number) => whole.format(number);

/** A count that fits a diagram's box: 12,345 is 12.3k. */
export function shortCount(number) {
  if (number < 10_000) return whole.format(number);
  return number < 1e6 ? `${(number / 1e3).toFixed(1)}k` : `${(number / 1e6).toFixed(1)}M`;
}

export function millis(value) {
  if (value === 0) return '–';
  if (value < 10) return `${value.toFixed(2)} ms`;
  return value < 10_000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`;
}

export function bytes(value) {
  if (value === null || value === undefined) return '–';
  return value < 1e9 ? `${(value / 1e6).toFixed(0)} MB` : `${(value / 1e9).toFixed(1)} GB`;
}

export const time = (instant) => clock.format(new Date(instant));
export const fullTime = (instant) => dateAndClock.format(new Date(instant));

/** How long ago, in the one unit that matters. */
export function ago(instant, now = Date.now()) {
  const seconds = Math.max(0, Math.round((now - new Date(instant).getTime()) / 1000));
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)} h ago` : `${Math.floor(seconds / 86_400)} d ago`;
}

/** A fault of a route file as one line. */
export function fault({ file, line, step, message }) {
  const place = file + (line > 0 ? `:${line}` : '');
  return [place, step && `step ${step}`].filter(Boolean).join(', ') + (place || step ? ': ' : '') + message;
}

export function shorten(text, length) {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

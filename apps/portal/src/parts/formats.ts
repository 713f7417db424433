/** Figures as people read them. Pure. */

const whole = new Intl.NumberFormat('en');

export function countText(value: number): string {
  return whole.format(Math.round(value));
}

/** `0.4`, `12`, `1,204`; `–`: not known yet. */
export function rateText(perSecond: number | null): string {
  if (perSecond === null) return '–';
  if (perSecond === 0 || perSecond >= 10) return countText(perSecond);
  return perSecond < 0.1 ? '<0.1' : perSecond.toFixed(1);
}

/** `812 B`, `1.4 kB`, `23 MB` */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1_000;
    unit++;
  }
  const digits = unit === 0 || value >= 10 ? value.toFixed(0) : value.toFixed(1);
  return `${digits} ${units[unit] ?? ''}`;
}

/** `4 s`, `3 min`, `5 h 12 min`, `3 d 4 h` */
export function ageText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 ? `${days} d` : `${days} d ${hours % 24} h`;
}

const two = (value: number): string => String(value).padStart(2, '0');

/** The time of day with milliseconds, here: `14:03:22.417` */
export function clockText(ms: number): string {
  const at = new Date(ms);
  const day = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':');
  return `${day}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}

/** With the day, where it is not today. */
export function timeText(ms: number, now: number): string {
  const [at, today] = [new Date(ms), new Date(now)];
  if (at.toDateString() === today.toDateString()) return clockText(ms);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${clockText(ms)}`;
}

const TRANSPORTS: Readonly<Record<string, string>> = {
  websocket: 'WebSocket',
  sse: 'SSE',
  http_stream: 'HTTP stream',
  uni_websocket: 'WebSocket, one-way',
  uni_sse: 'SSE, one-way',
  uni_http_stream: 'HTTP stream, one-way',
};

export function transportText(transport: string, encoding: string): string {
  const name = TRANSPORTS[transport] ?? transport;
  return encoding === 'protobuf' ? `${name} · Protobuf` : `${name} · JSON`;
}

/** A client id is long and random; its beginning tells it from others. */
export function shortId(id: string): string {
  return id.length <= 10 ? id : `${id.slice(0, 8)}…`;
}

#!/usr/bin/env node
// Records the prompt in a terminal: runs the built command on scripts/recording/compose.yaml, types what a person would, and draws the screens one
// after the other as docs/prompt.svg. Everything on them was printed in that run.
// usage: node scripts/record.mjs [FILE]
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawn } from '@lydell/node-pty';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const target = process.argv[2] ?? path.join(root, 'docs', 'prompt.svg');
const COLUMNS = 100;
const ROWS = 48;

/** What is waited for, the key that is pressed then, and how long a reader needs, in seconds. */
const STEPS = [
  { asks: 'Plan?', key: 'd', reading: 6 },
  { asks: 'Answer?', key: '1', reading: 5 },
  { asks: 'Apply?', key: 'y', reading: 6 },
  { asks: 'Answer?', key: 'p', reading: 2 },
  { asks: 'Plan?', key: 'y', reading: 3 },
  { asks: 'Plan?', key: 'q', reading: 4 },
  { asks: 'Write?', key: 'y', reading: 4 },
];
const LAST = 6;

const directory = mkdtempSync(path.join(tmpdir(), 'batten-recording-'));

/** The screen at each question, with the key that is pressed there, and the screen at the end. */
async function screens() {
  const home = path.join(directory, 'home');
  const work = path.join(directory, 'server');
  cpSync(path.join(root, 'scripts', 'recording'), work, { recursive: true });
  const { PATH } = process.env;
  const env = { PATH, HOME: home, XDG_STATE_HOME: home, TERM: 'xterm-256color', LANG: 'C.UTF-8' };
  const pty = spawn(process.execPath, [path.join(root, 'dist', 'cli', 'main.js'), 'fix'], { cwd: work, env, cols: COLUMNS, rows: ROWS });
  const screen = new Screen();
  screen.write('\x1b[2m$\x1b[0m batten fix\r\n');
  let ended = false;
  let wake = () => {};
  pty.onData((data) => {
    screen.write(data);
    wake();
  });
  pty.onExit(() => {
    ended = true;
    wake();
  });
  const until = async (done, what) => {
    for (const end = Date.now() + 120_000; !done(); ) {
      if (Date.now() > end) throw new Error(`waited in vain for ${what}:\n${screen.text()}`);
      await Promise.race([new Promise((resolve) => (wake = resolve)), new Promise((resolve) => setTimeout(resolve, 200))]);
    }
  };
  const shots = [];
  for (const { asks, key, reading } of STEPS) {
    await until(() => screen.text().split('\n').at(-1).startsWith(asks) && screen.text().endsWith('› '), asks);
    shots.push({ lines: screen.rows(), seconds: reading });
    pty.write(key);
    await until(() => screen.text().endsWith('\n') || !screen.text().endsWith('› '), key);
    shots.push({ lines: shots.at(-1).lines.with(-1, [...shots.at(-1).lines.at(-1), { text: key, bold: true }]), seconds: 0.7 });
  }
  await until(() => ended, 'the end');
  return [...shots, { lines: screen.rows(), seconds: LAST }];
}

/** What a terminal shows of lines that are written one below the other, in colours: all that the prompt needs. */
class Screen {
  #lines = [[]];
  #style = {};

  write(data) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
    for (const [part] of data.matchAll(/\x1b\[[0-9;?]*[A-Za-z]|\r|\n|[^\x1b\r\n]+/g)) {
      if (part === '\n') this.#lines.push([]);
      else if (part.endsWith('m') && part.startsWith('\x1b')) this.#paint(part.slice(2, -1).split(';').map(Number));
      else if (part !== '\r' && !part.startsWith('\x1b')) this.#lines.at(-1).push({ ...this.#style, text: part });
    }
  }

  text() {
    return this.#lines.map((line) => line.map(({ text }) => text).join('')).join('\n');
  }

  rows() {
    return this.#lines.slice(-ROWS).map((line) => [...line]);
  }

  #paint(codes) {
    for (const code of codes) {
      if (code === 0) this.#style = {};
      else if (code === 1) this.#style = { ...this.#style, bold: true };
      else if (code === 2) this.#style = { ...this.#style, dim: true };
      else if (code === 22) this.#style = { ...this.#style, bold: false, dim: false };
      else if (code === 39) this.#style = { ...this.#style, color: undefined };
      else if (code >= 30 && code <= 37) this.#style = { ...this.#style, color: COLORS[code - 30] };
      else throw new Error(`the recording does not know SGR ${code}`);
    }
  }
}

const COLORS = ['#7f8690', '#ff7b72', '#56d364', '#e3b341', '#79c0ff', '#d2a8ff', '#56d4dd', '#e6edf3'];

function drawn(shots) {
  const [cell, line, edge] = [7.8, 17, 16];
  const width = Math.round(COLUMNS * cell + 2 * edge);
  const height = ROWS * line + 2 * edge + 22;
  const total = shots.reduce((sum, { seconds }) => sum + seconds, 0);
  let at = 0;
  const rules = [];
  const frames = shots.map(({ lines, seconds }, index) => {
    const [from, to] = [at, at + seconds].map((time) => ((100 * time) / total).toFixed(2));
    at += seconds;
    const hidden = index === 0 ? '' : `0%,${(from - 0.01).toFixed(2)}%{visibility:hidden}`;
    const after = index === shots.length - 1 ? '' : `${(Number(to) + 0.001).toFixed(3)}%,100%{visibility:hidden}`;
    rules.push(`@keyframes f${index}{${hidden}${from}%,${to}%{visibility:visible}${after}}`);
    rules.push(`#f${index}{visibility:${index === 0 ? 'visible' : 'hidden'};animation:f${index} ${total.toFixed(1)}s step-end infinite}`);
    const rows = lines.map((parts, row) => textOf(parts, edge + 22 + line * (row + 0.8))).filter(Boolean);
    return `<g id="f${index}">\n${rows.join('\n')}\n</g>`;
  });

  function textOf(parts, y) {
    let column = 0;
    const spans = parts.map(({ text, color, bold, dim }) => {
      const x = (edge + column * cell).toFixed(1);
      column += [...text].length;
      const style = `${color ? ` style="fill:${color}"` : ''}${bold ? ' font-weight="bold"' : ''}${dim ? ' opacity=".6"' : ''}`;
      const length = ([...text].length * cell).toFixed(1);
      return text.trim() === '' ? '' : `<text x="${x}" y="${y.toFixed(1)}" textLength="${length}"${style}>${escaped(text)}</text>`;
    });
    return spans.join('');
  }

  const title = 'batten fix on a stack of 29 services: the plan, a decision with its diff, all that is sure, and what will be written';
  const lights = ['#ff5f57', '#febc2e', '#28c840'].map(
    (color, index) => `<circle cx="${edge + 4 + index * 18}" cy="18" r="5" style="fill:${color}"/>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${title}">
<title>${title}</title>
<style>
text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#e6edf3;white-space:pre}
${rules.join('\n')}
@media (prefers-reduced-motion:reduce){g[id]{animation:none}}
</style>
<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>
${lights.join('')}
${frames.join('\n')}
</svg>
`;
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

try {
  writeFileSync(target, drawn(await screens()));
  console.log(`wrote ${path.relative(process.cwd(), target)}`);
} finally {
  rmSync(directory, { recursive: true });
}

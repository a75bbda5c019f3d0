import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { batten } from '../../../src';
import type { NetworkChange } from '../../../src/harden/networks';
import {
  dot as dotText,
  mermaid as mermaidText,
  networksJson as networksJsonText,
  networksPage as networksPageText,
  nwdiag as nwdiagText,
  pictureOf,
  svgFile as svgFileText,
} from '../../../src/report/graph';
import { layoutOf } from '../../../src/report/graph/layout';
import { textOf } from '../text-of';
import { readPng } from './png';
import { browser, CHROMIUM, DOT, MERMAID, NWDIAG, run, testWith } from './tools';

const dot = textOf(dotText);
const mermaid = textOf(mermaidText);
const networksJson = textOf(networksJsonText);
const networksPage = textOf(networksPageText);
const nwdiag = textOf(nwdiagText);
const svgFile = textOf(svgFileText);

const ROOT = path.join(__dirname, '..', '..', '..');
const scratch = mkdtempSync(path.join(tmpdir(), 'batten-graph-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const HOSTILE = `
services:
  "end": { image: 'a"b</title><script>alert(1)</script>\\n--x ]})>|', ports: ["80:80", "10.0.0.1:81-82:81-82/udp", "[2001:db8::1]:83:83"] }
  graph: { image: "postgres:16", networks: { default: {}, node: {} } }
  a.b-c_d: { image: x, network_mode: "service:end" }
  alone: { image: x, network_mode: none }
  circle: { image: x, network_mode: "service:circle" }
networks: { node: {}, subgraph: {}, "a.b": { external: true } }
`;

const change = (text: string): NetworkChange => batten.networks({ path: 'compose.yaml', text });
const stacks: [string, NetworkChange][] = [
  ['a home server of thirty services', change(readFileSync(path.join(__dirname, 'home.yaml'), 'utf8'))],
  ['the blog', change(readFileSync(path.join(ROOT, 'examples', 'blog', 'compose.yaml'), 'utf8'))],
  ['names and images that mean something elsewhere', change(HOSTILE)],
  ['nothing', change('services: {}')],
];

const panels = ({ before, after }: NetworkChange) => [
  { title: 'Before', picture: pictureOf(before, 'b') },
  { title: 'After', picture: pictureOf(after, 'a') },
];

describe.each(stacks)('%s', (_, networks) => {
  testWith(DOT, 'is read by Graphviz, alone and side by side', () => {
    for (const shown of [panels(networks), panels(networks).slice(0, 1)]) expect(run(DOT!, ['-Tsvg'], dot(shown))).toContain('</svg>');
  });

  testWith(NWDIAG, 'is read by nwdiag', () => {
    for (const { title, picture } of panels(networks)) {
      const [source, target] = [path.join(scratch, `${title}.diag`), path.join(scratch, `${title}.svg`)];
      writeFileSync(source, nwdiag(picture));
      if (picture.services.length === 0) continue;
      expect(run(NWDIAG!, ['-Tsvg', '-o', target, source])).not.toContain('ERROR');
      expect(readFileSync(target, 'utf8')).toContain('</svg>');
    }
  });

  testWith(
    CHROMIUM && MERMAID,
    'is read and drawn by Mermaid',
    () => {
      const texts = [mermaid(panels(networks)), mermaid(panels(networks).slice(0, 1))];
      const page = path.join(scratch, 'mermaid.html');
      const script = `mermaid.initialize({ startOnLoad: false, securityLevel: 'strict' });
        (async () => {
          const said = [];
          for (const [index, text] of ${JSON.stringify(texts).replaceAll('<', '\\u003c')}.entries()) {
            try { await mermaid.parse(text); said.push((await mermaid.render('g' + index, text)).svg.includes('<svg') ? 'drawn' : 'empty'); }
            catch (error) { said.push('failed: ' + error.message); }
          }
          document.body.innerHTML = '<output>' + said.join('|') + '</output>';
        })();`;
      writeFileSync(page, `<!doctype html><body><script src="${pathToFileURL(MERMAID!)}"></script><script>${script}</script></body>`);
      const dom = browser(['--virtual-time-budget=30000', '--dump-dom', pathToFileURL(page).href]);
      expect(/<output>(.*?)<\/output>/s.exec(dom)?.[1]).toBe('drawn|drawn');
    },
    120_000,
  );

  test('comes as JSON with edges, calls and what is wrong', () => {
    const data = JSON.parse(networksJson([{ path: 'compose.yaml', change: networks }], { name: 'batten', version: '1' }));
    expect(data).toMatchObject({ version: 1, projects: [{ path: 'compose.yaml', before: { problems: expect.any(Array) } }] });
    expect(data.projects[0].before.edges).toEqual(networks.before.edges);
  });

  test('lets no text of the file into a page as markup', () => {
    for (const text of [networksPage([{ path: 'a<b', change: networks }], '1'), svgFile(panels(networks), 'a<b')]) {
      expect(text).not.toMatch(/<script>alert|a<b/);
      expect([...text.matchAll(/<script/g)].length).toBe(text.startsWith('<svg') ? 0 : 1);
      // It loads nothing: a name space is a name.
      expect(text.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:\/\/|\burl\(|\bsrc=|<link|@import/);
    }
  });

  test('has no cards on top of each other, and every line at a card and a bar', () => {
    for (const { picture } of panels(networks)) {
      const { cards, bars, wires, entries, width, height, outside } = layoutOf(picture);
      expect(cards.map(({ service }) => service.id).sort()).toEqual(picture.services.map(({ id }) => id).sort());
      const boxes = [...cards, ...bars, outside];
      for (const [index, a] of boxes.entries()) {
        expect(Math.min(a.x, a.y)).toBeGreaterThanOrEqual(0);
        expect([a.x + a.width <= width, a.y + a.height <= height]).toEqual([true, true]);
        for (const b of boxes.slice(index + 1))
          expect(a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y).toBe(true);
      }
      for (const { service, network, y, from, to } of wires) {
        const card = cards.find((each) => each.service === service)!;
        const bar = bars.find((each) => each.network === network)!;
        expect([card.x, card.x + card.width]).toContain(from);
        expect([bar.x, bar.x + bar.width]).toContain(to);
        expect(y > card.y && y < card.y + card.height && y >= bar.y && y <= bar.y + bar.height).toBe(true);
      }
      expect(wires.length).toBe(picture.services.reduce((sum, { networks: on }) => sum + on.length, 0));
      expect(entries.length).toBe(picture.services.filter(({ doors, direct, follows }) => !follows && (doors.length > 0 || direct)).length);
    }
  });
});

test('tells what goes once for both directions, and once for all who came in at a port', () => {
  const page = networksPage([{ path: 'home.yaml', change: stacks[0]![1] }], '1');
  const rows = [...page.matchAll(/<tr><td>([^<]*)<\/td><td>([^<]*)/g)].map(([, what, why]) => [what, why]);
  expect(rows).toContainEqual(['outside, other containers → git-db at 5432/tcp', 'it is published on 127.0.0.1 only']);
  expect(rows).toContainEqual(['cloud-db → outside', 'it calls nobody outside']);
  expect(rows.filter(([what]) => what!.includes('traefik ↔ authelia-db') || what!.includes('authelia-db ↔ traefik'))).toHaveLength(1);
  expect(new Set(rows.map(([what]) => what)).size).toBe(rows.length);
});

describe('the page in a browser', () => {
  const file = path.join(scratch, 'networks.html');
  const shot = (name: string, html: string): ReturnType<typeof readPng> => {
    const target = path.join(scratch, `${name}.png`);
    writeFileSync(file, html);
    browser(['--window-size=1800,2000', `--screenshot=${target}`, pathToFileURL(file).href]);
    return readPng(readFileSync(target));
  };
  const page = networksPage([{ path: 'home.yaml', change: stacks[0]![1] }], '1');
  /** How many pixels have a colour, in the part from one share of the width to another. */
  const count = ({ width, height, at }: ReturnType<typeof readPng>, color: number, from = 0, to = 1): number => {
    let found = 0;
    for (let y = 0; y < height; y += 2)
      for (let x = Math.round(width * from); x < Math.round(width * to); x += 2) if (at(x, y) === color) found++;
    return found;
  };

  testWith(
    CHROMIUM,
    'shows exposures before, internal networks after, and nothing beyond its edges',
    () => {
      const pixels = shot('light', page);
      expect([pixels.width, pixels.height]).toEqual([1800, 2000]);
      // The fill of exposed data stores and of internal networks (theme.ts).
      const [exposed, inside] = [0xfef2f2, 0xbbf7d0];
      expect(count(pixels, exposed, 0, 0.5)).toBeGreaterThan(2 * count(pixels, exposed, 0.5, 1));
      expect(count(pixels, inside, 0, 0.5)).toBeLessThan(100);
      expect(count(pixels, inside, 0.5, 1)).toBeGreaterThan(500);
      for (let y = 0; y < pixels.height; y += 5) expect(pixels.at(pixels.width - 4, y)).toBe(0xffffff);
    },
    60_000,
  );

  testWith(
    CHROMIUM,
    'has a dark side',
    () => {
      const pixels = shot('dark', page.replace('<html lang="en">', '<html lang="en" data-theme="dark">'));
      expect(pixels.at(3, 3)).toBe(0x0b1220);
      expect(count(pixels, 0xffffff)).toBeLessThan(count(pixels, 0x0b1220) / 100);
    },
    60_000,
  );

  testWith(
    CHROMIUM,
    'runs its script under its own content security policy: a service that the address names stands out',
    () => {
      writeFileSync(file, page);
      const dom = browser(['--virtual-time-budget=2000', '--dump-dom', `${pathToFileURL(file).href}#git-db`]);
      const dimmed = (name: string): boolean[] =>
        [...dom.matchAll(new RegExp(`class="card([^"]*)"[^>]* data-name="${name}"`, 'g'))].map(([, look]) => look!.includes('dim'));
      expect(dimmed('git-db')).toEqual([false, false]);
      expect(dimmed('gitea')).toEqual([false, false]);
      expect(dimmed('loki')).toEqual([true, true]);
    },
    60_000,
  );
});

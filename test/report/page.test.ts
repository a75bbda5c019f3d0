import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { batten as library } from '../../src';
import type { NetworkChange } from '../../src/harden/networks';
import { type Stack, stacksPage } from '../../src/report/page';
import { batten, project, read, removeProjects, STACK } from '../cli/run';
import { FAILED, finding, HELD, MANUAL, result, SUPPRESSED } from './findings';
import { browser, CHROMIUM, testWith } from './graph/tools';

afterEach(removeProjects);

const HOSTILE = '"><script>document.title = "owned"</script><img src=https://evil.example/x onerror=alert(1)>\u001b[2J\u202e';
const page = (...stacks: Stack[]): string => stacksPage(stacks, '1.2.3').text;
const stack = (over: Partial<Stack> = {}): Stack => ({
  path: 'compose.yaml',
  results: [result([MANUAL, finding(), HELD, SUPPRESSED])],
  ...over,
});

function networksOf(text: string): NetworkChange {
  return library.networks({ path: 'compose.yaml', text });
}

test('says what is open by severity, by what becomes of it, by service and by control', () => {
  const text = page(stack());
  expect(text).toContain('<h1>compose.yaml</h1><p>3 findings open in 2 services, 1 file</p>');
  expect(text).toMatch(
    /class="tile critical" data-severity="critical"><b>1<\/b>.*class="tile high".*<b>1<\/b>.*class="tile medium".*<b>1<\/b>.*class="tile low none".*<b>0<\/b>/,
  );
  for (const [kind, count] of [
    ['would', 1],
    ['held', 1],
    ['manual', 1],
    ['suppressed', 1],
  ])
    expect(text).toContain(`<li class="${kind}"><i></i><b>${count}</b>`);
  expect(text).toMatch(
    /<a href="#s0-0">db<\/a><\/td><td class="n"><span class="critical">1<\/span><\/td><td class="n"><span class="high">1<\/span>/,
  );
  expect(text).toContain('<code>cap-drop</code><i class="high" style="width:100%"></i><b>1</b>');
  expect(text).toContain('For you to decide: it uses /dev of the host');
  expect(text).toContain('Ignored: the LAN');
});

test('shows before and after, and the networks drawn, without credentials', () => {
  const [one] = library.runProject({ path: 'compose.yaml', text: STACK });
  const text = page(stack({ results: [one!], networks: networksOf(STACK) }));
  expect(text).toContain('<span class="add">+    cap_drop:</span>');
  expect(text.match(/<svg class="net"/g)!.length).toBe(3);
  expect(text).not.toContain('hunter2');
});

test('says what could not be read, what was not seen, and that there is nothing', () => {
  const text = page(
    stack({ results: [FAILED] }),
    stack({
      path: 'b.yaml',
      results: [result([], { path: 'b.yaml', status: 'clean', after: 'a', unseen: [{ code: 'remote', message: 'x is remote' }] })],
    }),
  );
  expect(text).toContain('<code>bad.yaml:3:5</code> could not be read: a key twice');
  expect(text).toContain('not seen: x is remote');
  expect(text).toContain('<p class="clean">Nothing to harden.</p>');
  expect(text).toContain('<h1>2 stacks</h1><p>Nothing is open in 2 files, 1 file could not be read</p>');
});

test('loads nothing, and lets no script run but its own', () => {
  const text = page(stack({ networks: networksOf(STACK) }));
  expect(text).not.toMatch(/\b(?:src|href)="(?!#)|url\(|@import|https?:/);
  const [, script] = /<script>([\s\S]*?)<\/script>/.exec(text)!;
  const hash = createHash('sha256').update(script!).digest('base64');
  expect(text).toContain(
    `content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'"`,
  );
  expect(text.match(/<script/g)!.length).toBe(1);
  expect(page(stack())).toBe(page(stack()));
});

test('no name is markup, wherever it stands', () => {
  const evil = finding({ service: HOSTILE, transform: HOSTILE, message: HOSTILE, plan: HOSTILE, breaks: HOSTILE, controls: [HOSTILE] });
  const manual = finding({ ...MANUAL, service: HOSTILE, refusal: { code: 'needs-decision', message: HOSTILE, snippet: HOSTILE } });
  const results = [result([evil, manual], { path: HOSTILE, before: HOSTILE, after: `${HOSTILE}x`, notes: [HOSTILE] })];
  const quoted = JSON.stringify(HOSTILE.replace(/\p{C}/gu, ''));
  const text = page({
    path: HOSTILE,
    results,
    networks: networksOf(`services:\n  ${quoted}: { image: ${quoted}, networks: [${quoted}] }\nnetworks:\n  ${quoted}:\n`),
  });
  expect(text.match(/<script/g)!.length).toBe(1);
  expect(text).not.toMatch(/<img|\p{Cf}/u);
  expect(text).not.toContain('\u001b');
});

test('is for a folder, and goes where it is sent', () => {
  const cwd = project({ 'a/compose.yaml': STACK, 'b/compose.yaml': 'services:\n  x: [\n' });
  const { code, out, err } = batten(['check', '.', '--format', 'html', '-o', 'report.html', '--exit-zero'], { cwd });
  expect([code, out, err]).toEqual([2, '', expect.stringContaining('b/compose.yaml')]);
  expect(read(cwd, 'report.html')).toContain('<h1>2 stacks</h1>');
  expect(batten(['check', 'a', '--format', 'html'], { cwd })).toMatchObject({ code: 1, out: expect.stringMatching(/^<!doctype html>/) });
  expect(batten(['check', 'a', '-o', 'x'], { cwd })).toMatchObject({
    code: 2,
    err: expect.stringContaining('-o is for a report in a format of its own'),
  });
  expect(batten(['check', 'a', '--format', 'html', '--statistics'], { cwd }).code).toBe(2);
});

describe('in a browser', () => {
  const opened = (text: string, ...more: string[]): string => {
    const file = path.join(project({}), 'report.html');
    writeFileSync(file, text);
    return browser([...more, '--dump-dom', `file://${file}`]);
  };

  testWith(CHROMIUM, 'runs its script, and nobody else’s', () => {
    // What the button does, done by the page's own script: another one beside it does not run.
    const text = page(stack()).replace('</body>', '<script>document.title = "owned"</script></body>');
    expect(opened(text)).toContain('<title>batten: compose.yaml</title>');
    const evil = page(stack({ path: HOSTILE, results: [result([finding({ message: HOSTILE, service: HOSTILE })])] }));
    expect(opened(evil)).not.toContain('<title>owned</title>');
  });

  testWith(CHROMIUM, 'is laid out within the window, wide and narrow', () => {
    const probe = (width: number): string => {
      const script = 'document.documentElement.dataset.fits = String(document.documentElement.scrollWidth <= innerWidth)';
      const hash = createHash('sha256').update(script).digest('base64');
      const [one] = library.runProject({ path: 'compose.yaml', text: STACK });
      const text = page(stack({ results: [one!], networks: networksOf(STACK) }))
        .replace("script-src '", `script-src 'sha256-${hash}' '`)
        .replace('</body>', `<script>${script}</script></body>`);
      return /data-fits="(\w+)"/.exec(opened(text, `--window-size=${width},900`))![1]!;
    };
    expect([probe(1280), probe(520)]).toEqual(['true', 'true']);
  });
});

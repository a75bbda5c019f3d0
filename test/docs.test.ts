import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { buildSync } from 'esbuild';

const ROOT = path.join(__dirname, '..');
// Inside of the repository, where templates/images is found, but not in dist, which may be an older build.
const CACHE = path.join(ROOT, 'node_modules', '.cache');

describe('the documentation', () => {
  test('says what the code says', () => {
    mkdirSync(CACHE, { recursive: true });
    const directory = mkdtempSync(path.join(CACHE, 'batten-docs-'));
    try {
      const library = path.join(directory, 'index.js');
      buildSync({ entryPoints: [path.join(ROOT, 'src', 'index.ts')], bundle: true, platform: 'node', outfile: library, logLevel: 'error' });
      const { status, stderr } = spawnSync(process.execPath, ['scripts/update-docs.mjs', '--check', '--library', library], {
        cwd: ROOT,
        encoding: 'utf8',
      });
      expect(stderr).toBe('');
      expect(status).toBe(0);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  const pages = [
    'README.md',
    'CONTRIBUTING.md',
    'docs/design.md',
    'docs/networks.md',
    'docs/diff.md',
    'docs/ci/README.md',
    'examples/README.md',
    ...readdirSync(path.join(ROOT, 'transforms'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `transforms/${name}/README.md`),
  ];

  test.each(pages)('%s links to files that exist', (page) => {
    const text = readFileSync(path.join(ROOT, page), 'utf8').replace(/```[\s\S]*?```/g, '');
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]!).filter((link) => !/^(?:https?:|#)/.test(link));
    const broken = links.filter((link) => !existsSync(path.join(ROOT, path.dirname(page), link.replace(/#.*$/, ''))));
    expect(broken).toEqual([]);
  });
});

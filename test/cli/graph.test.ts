import { batten, project, read, removeProjects } from './run';

afterEach(removeProjects);

const OPEN = `services:
  web: { image: "nginx:1.27", ports: ["80:80"], environment: [DB=db] }
  db: { image: "postgres:16", ports: ["5432:5432"] }
`;
const CLOSED = `services:
  web: { image: "nginx:1.27", ports: ["80:80"], networks: [default, back] }
  db: { image: "postgres:16", networks: [back] }
networks:
  back: { internal: true }
`;

describe('graph', () => {
  test('draws the networks as they are, in Mermaid, and changes nothing', () => {
    const cwd = project({ 'compose.yaml': OPEN });
    const { code, out, err } = batten(['graph'], { cwd });
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^flowchart LR\n/);
    expect(out).toContain('5432');
    expect(read(cwd)).toBe(OPEN);
  });

  test.each([
    ['mermaid', /^flowchart LR\n/],
    ['dot', /^graph networks \{\n/],
    ['nwdiag', /^nwdiag \{\n/],
    ['json', /^\{\n {2}"version": 1,/],
    ['svg', /^<svg /],
    ['html', /^<!doctype html>/],
  ])('--format %s, to a file', (format, start) => {
    const cwd = project({ 'compose.yaml': OPEN });
    expect(batten(['graph', '--format', format, '-o', 'out'], { cwd })).toEqual({ code: 0, out: '', err: '' });
    expect(read(cwd, 'out')).toMatch(start);
  });

  test('shows what fix would leave, as far as the options go', () => {
    const cwd = project({ 'compose.yaml': OPEN });
    const left = (...more: string[]): string => batten(['graph', '--show', 'after', ...more], { cwd }).out;
    expect(left()).toContain('host only: 5432');
    expect(left('--only', 'user')).not.toContain('host only');
    expect(left('--preset', 'strict')).toContain('internal');
  });

  test('several projects on one page', () => {
    const cwd = project({ 'a/compose.yaml': OPEN, 'b/compose.yaml': CLOSED });
    const { code, out } = batten(['graph', '--format', 'html', 'a', 'b'], { cwd });
    expect(code).toBe(0);
    expect(out).toContain('<h2>a/compose.yaml</h2>');
    expect(out).toContain('<h2>b/compose.yaml</h2>');
  });

  test('--check is 1 when a data store is exposed, and says how', () => {
    const cwd = project({ 'compose.yaml': OPEN });
    const { code, out, err } = batten(['graph', '--check'], { cwd });
    expect([code, out]).toEqual([1, '']);
    expect(err).toBe('compose.yaml: db is reachable from outside at port 5432\ncompose.yaml: db can call out\n');
    expect(batten(['graph', '--check', '-q'], { cwd })).toEqual({ code: 1, out: '', err: '' });
  });

  test('--check is 0 when none is, and 2 when a file cannot be read', () => {
    const cwd = project({ 'compose.yaml': CLOSED, 'bad.yaml': 'services: [' });
    expect(batten(['graph', '--check'], { cwd }).code).toBe(0);
    const { code, err } = batten(['graph', '--check', 'compose.yaml', 'bad.yaml'], { cwd });
    expect(code).toBe(2);
    expect(err).toContain('bad.yaml');
  });

  test('--check draws as well when a format or a file is named', () => {
    const cwd = project({ 'compose.yaml': OPEN });
    const { code, out } = batten(['graph', '--check', '--format', 'dot'], { cwd });
    expect(code).toBe(1);
    expect(out).toMatch(/^graph networks/);
  });

  test('takes a port that its image has for other machines for none of the exposures', () => {
    const cwd = project({ 'compose.yaml': 'services: { mq: { image: "eclipse-mosquitto:2", ports: ["1883:1883"] } }' });
    expect(batten(['graph', '--check'], { cwd }).err).not.toContain('reachable');
  });
});

import { report } from '../report/proof';
import { objections } from '../schema';
import { batten, project, removeProjects } from './run';

afterAll(removeProjects);

test('graph writes what its schema says, whatever a network may be', () => {
  const cwd = project({
    'compose.yaml': `services:
  web: { image: "nginx:1.27", ports: ["80:80", "127.0.0.1:9000-9001:9000-9001/udp"], environment: [DB=db], networks: [default, back, shared] }
  db: { image: "postgres:16", ports: ["5432"], networks: [back, lan] }
  side: { image: "acme/side", network_mode: "service:web", depends_on: [db] }
  out: { image: "acme/out", network_mode: "container:other" }
  agent: { image: "acme/agent", network_mode: host }
  none: { image: "acme/none", network_mode: none }
  maybe: { image: "acme/maybe", network_mode: "\${MODE}" }
networks:
  back: { internal: true }
  lan: { driver: macvlan }
  shared: { external: true, name: proxy }
`,
    'other.yaml': 'services: {}\n',
  });
  const { code, out } = batten(['graph', '--format', 'json', 'compose.yaml', 'other.yaml'], { cwd });
  expect(code).toBe(0);
  const data = JSON.parse(out);
  expect(objections('graph', data)).toEqual([]);
  expect(objections('graph', { ...data, projects: [{ path: 'x' }] })).not.toEqual([]);
  expect(objections('graph', { ...data, more: 1 })).not.toEqual([]);
});

test('a proof is what its schema says', () => {
  const tool = { name: 'batten', version: '1' };
  expect(objections('prove', { version: 1, tool, proofs: [{ path: 'compose.yaml', ...JSON.parse(JSON.stringify(report)) }] })).toEqual([]);
  expect(
    objections('prove', { version: 1, tool, proofs: [{ path: 'x', ...report, services: [{ ...report.services[0], status: 'fine' }] }] }),
  ).not.toEqual([]);
});

test('check writes what the schema of reports says, and nothing else', () => {
  const cwd = project({ 'compose.yaml': 'services:\n  db:\n    image: postgres:16\n    environment: { POSTGRES_PASSWORD: hunter2 }\n' });
  expect(objections('report', JSON.parse(batten(['check', '--format', 'json', '--statistics'], { cwd }).out))).toEqual([]);
});

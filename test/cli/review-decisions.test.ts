import { batten } from '../../src';
import type { Key } from '../../src/cli/prompt';
import { isPlan, Keys, play } from './played';
import { stackOf } from './stacks';

jest.setTimeout(120_000);

const AGENT = '    image: acme/agent:2\n    volumes: ["/var/run/docker.sock:/var/run/docker.sock"]\n';
const STACK = `${stackOf(8)}  agent:\n${AGENT}  helper:\n${AGENT}`;
const PORTS = `services:\n${['web', 'api', 'panel'].map((name, at) => `  ${name}:\n    image: acme/${name}:1\n    ports: ["${8080 + at}:3000"]\n`).join('')}`;
const only = (...ids: string[]) => ({ only: ids });

describe('decisions in a review', () => {
  test('an answer is shown as a change before it is one', async () => {
    const { texts, screen } = await play(new Keys(['d', '1', 'b', '1', 'y', 'n', 'q', 'y']), [STACK], only('docker-socket'));
    expect(texts[0]!.match(/DOCKER_HOST/g)).toHaveLength(1);
    expect(texts[0]).not.toMatch(/POST/);
    expect(screen).toContain('Which parts of the Docker API may "agent" use?');
    expect(screen).toMatch(/\+ {4}image: tecnativa\/docker-socket-proxy/);
  });

  test('nothing is decided by applying what is sure, by Enter, or by going on', async () => {
    const unasked = batten.run({ path: 'compose.yaml', text: STACK }).after;
    const { texts } = await play(new Keys(['y', 'd'], ({ message, fallback }) => (isPlan(message) ? 'q' : fallback)), [STACK]);
    expect(texts[0]).toBe(unasked);
  });

  test('m gives the same answer to those that are asked the same, in all files', async () => {
    const { texts } = await play(new Keys(['d', '1', 'm', 'q', 'y']), [STACK, STACK], only('docker-socket'));
    for (const text of texts) expect(text).not.toMatch(/acme\/agent:2\n {4}volumes/);
  });

  test('another answer is written, and one that cannot be used is asked for again', async () => {
    const keys = new Keys(['d', 'e', { text: 'NONSENSE' }, 'e', { text: 'info, containers' }, 'y', 'n', 'q', 'y']);
    const { texts, screen } = await play(keys, [STACK], only('docker-socket'));
    expect(screen).toContain('no section of the API is called NONSENSE');
    expect(texts[0]).toMatch(/CONTAINERS: 1\n {6}EVENTS: 0\n {6}INFO: 1/);
  });

  test('u takes an answer back, i writes the ignore comment', async () => {
    const { texts } = await play(new Keys(['d', '1', 'y', 'u', 'i', { text: 'mine' }, 'n', 'q', 'y']), [STACK], only('docker-socket'));
    expect(texts[0]).not.toContain('DOCKER_HOST');
    expect(texts[0]).toContain('batten: ignore[docker-socket] mine');
  });

  test('one address for all ports, each kind of change seen before', async () => {
    const { texts, screen } = await play(new Keys(['d', '2', { text: '192.168.1.10' }, 'y', 'q', 'y']), [PORTS], only('ports'));
    expect(texts[0]!.match(/192\.168\.1\.10:808\d:3000/g)).toHaveLength(3);
    expect(screen).toContain('Publish port 8082 of "panel" on 192.168.1.10 only');
  });

  test('an address that is none is refused for all of them', async () => {
    const { texts, screen } = await play(new Keys(['d', '2', { text: 'somewhere' }, 'n', 'q']), [PORTS], only('ports'));
    expect(texts[0]).toBe(PORTS);
    expect(screen).toMatch(/web, api, panel: /);
  });

  test('which of them are the fronts: they stay, the others are for this machine', async () => {
    const { texts } = await play(new Keys(['d', 'f', { text: '1 9' }, 'f', { text: '1' }, 'y', 'q', 'y']), [PORTS], only('ports'));
    expect(texts[0]).toContain('"8080:3000"');
    expect(texts[0]).toContain('"127.0.0.1:8081:3000"');
    expect(texts[0]).toContain('"127.0.0.1:8082:3000"');
  });

  test('a port alone has the same answers', async () => {
    const keys: (Key | { text: string })[] = ['o', '3', { text: '10.8.0.1' }, 'y', 'n', 'n', 'q', 'y'];
    const { texts } = await play(new Keys(keys), [PORTS], only('ports'));
    expect(texts[0]!.match(/10\.8\.0\.1/g)).toHaveLength(1);
  });

  test('many clients of one socket, each decided about with a proxy of its own name', async () => {
    const text = `services:\n${Array.from({ length: 9 }, (_, at) => `  agent${at}:\n${AGENT}`).join('')}`;
    const { texts } = await play(new Keys(['d', '1', 'm', 'q', 'y']), [text], only('docker-socket'));
    expect(texts[0]!.match(/DOCKER_HOST/g)).toHaveLength(9);
    expect(texts[0]).not.toMatch(/agent:2\n {4}volumes/);
  });

  test('what one change makes of the next is asked about as it can be made, so that all that is sure is what is written unasked', async () => {
    const text = `services:
  one:
    image: amir20/dozzle:v8.12
    volumes: ["/var/run/docker.sock:/var/run/docker.sock"]
  two:
    image: amir20/dozzle:v8.12
    networks: [other]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock"]
networks:
  other:
`;
    const unasked = batten.run({ path: 'compose.yaml', text }, only('docker-socket')).after;
    expect(unasked.match(/DOZZLE_REMOTE_HOST/g)).toHaveLength(2);
    const { texts } = await play(new Keys(['y', 'q', 'y']), [text], only('docker-socket'));
    expect(texts[0]).toBe(unasked);
    const session = batten.session({ path: 'compose.yaml', text }, only('docker-socket'));
    let asked = 0;
    for (; session.current(); asked++) session.answer({ kind: 'apply' });
    expect(asked).toBe(2);
  });
});

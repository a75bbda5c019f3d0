import { batten } from '../../src';
import type { PlannedChange } from '../../src/harden/api';

const SOCKET = `services:
  agent:
    image: acme/agent:2
    volumes:
      - /var/run/docker.sock:/var/run/docker.sock
`;

const MOUNT = `services:
  api:
    image: acme/api:1
    volumes: ["./data:/data"]
`;

const planOf = (text: string, only: string[]) => batten.plan({ path: 'compose.yaml', text }, { only, apply: true });

function decision(changes: readonly PlannedChange[]): PlannedChange {
  const found = changes.find(({ finding }) => finding.decide);
  if (!found) throw new Error('nothing is left to decide');
  return found;
}

describe('what no evidence says and a person can', () => {
  test.each([
    ['docker-socket', SOCKET, 'Which parts of the Docker API may "agent" use?', 'CONTAINERS EVENTS'],
    ['user', MOUNT, 'Who owns ./data, which "api" may write to?', '1234:1234'],
  ])('%s: the answer makes a change of a manual step', (transform, text, question, answer) => {
    const plan = planOf(text, [transform]);
    const { key, finding } = decision(plan.changes());
    expect(finding.decide!.question).toBe(question);
    expect(plan.finish()[0]!.after).toBe(text);
    const shown = plan.questions([key]).get(key)!;
    expect(shown.after).toBe(text);
    const result = shown.edited!(answer);
    if ('error' in result) throw new Error(result.error);
    expect(plan.rule([key], { kind: 'edit', value: answer })).toBeUndefined();
    const [main] = plan.finish();
    expect(main!.after).toBe(result.after);
    expect(main!.after).not.toBe(text);
    const [fixed] = main!.findings;
    expect(fixed).toMatchObject({ status: 'fixed', plan: result.finding.plan, confidence: 'guess' });
    expect(fixed!.refusal).toBeUndefined();
    plan.undo();
    expect(plan.finish()[0]!.after).toBe(text);
    expect(decision(plan.changes()).key).toBe(key);
  });

  test('nobody is asked, so nothing is decided: it stays the manual step it was, at any confidence', () => {
    for (const text of [SOCKET, MOUNT]) {
      const [main] = batten.runProject({ path: 'compose.yaml', text }, { only: ['docker-socket', 'user'], confidence: 'guess' });
      expect(main!.after).toBe(text);
      expect(main!.findings.map(({ status }) => status)).toContain('manual');
    }
  });

  test('it is not accepted without an answer', () => {
    const plan = planOf(SOCKET, ['docker-socket']);
    const { key } = decision(plan.changes());
    expect(plan.rule([key], { kind: 'apply' })).toEqual({ error: expect.stringContaining('needs a value') });
    const session = batten.session({ path: 'compose.yaml', text: SOCKET }, { only: ['docker-socket'] });
    expect(session.answer({ kind: 'apply' })).toEqual({ error: expect.stringContaining('needs a value') });
    expect(session.current()).toBeDefined();
  });

  test.each(['apply-transform', 'apply-service', 'skip-guesses'] as const)('%s said of another question is no answer to it', (kind) => {
    const text = `${SOCKET}  agent0:\n    image: acme/agent:2\n    ports: ["8080:3000"]\n`.replace('agent0', 'aaa');
    const session = batten.session({ path: 'compose.yaml', text }, { only: ['docker-socket', 'ports'] });
    const asked: boolean[] = [];
    for (let question = session.current(); question; question = session.current()) {
      asked.push(question.finding.decide !== undefined);
      session.answer(question.finding.decide ? { kind: 'skip' } : { kind });
    }
    expect(asked).toContain(true);
  });

  test.each([
    ['docker-socket', SOCKET, 'EVERYTHING', 'no section of the API is called EVERYTHING'],
    ['docker-socket', SOCKET, ' ', 'name at least one section'],
    ['user', MOUNT, 'bob', 'write it as numbers'],
  ])('%s: an answer that cannot be used is refused with the reason', (transform, text, answer, reason) => {
    const plan = planOf(text, [transform]);
    const { key } = decision(plan.changes());
    expect(plan.rule([key], { kind: 'edit', value: answer })).toEqual({ error: expect.stringContaining(reason) });
    expect(plan.finish()[0]!.after).toBe(text);
  });

  test('an answer that would change another service, which shares the text, is refused', () => {
    const text = 'services:\n  api: &api\n    image: acme/api:1\n    volumes: ["./data:/data"]\n  other: *api\n';
    const plan = planOf(text, ['user']);
    const { key } = decision(plan.changes());
    expect(plan.rule([key], { kind: 'edit', value: '1000:1000' })).toEqual({ error: expect.stringContaining('shares the text') });
  });

  test.each([
    ['a Swarm stack', `${SOCKET}    deploy: { placement: { constraints: [node.role == manager] } }\n`],
    ['a network of the host', `${SOCKET}    network_mode: host\n`],
    ['the socket of containerd', SOCKET.replaceAll('docker.sock', 'containerd/containerd.sock')],
    ['volumes that come from elsewhere', `${SOCKET}    extends: base\n  base:\n    image: acme/base:1\n    volumes: ["./a:/a"]\n`],
  ])('%s: where no answer could be followed, none is asked for', (_, text) => {
    const about = planOf(text, ['docker-socket'])
      .changes()
      .filter(({ finding }) => finding.decide);
    expect(about).toEqual([]);
  });

  test('who may reach a port: this machine, or an address in the local network or a VPN', () => {
    const text = 'services:\n  web:\n    image: acme/web:1\n    ports: ["8080:3000"]\n';
    const plan = planOf(text, ['ports']);
    const [change] = plan.changes();
    const { editable } = change!.finding;
    expect(editable!.question).toBe('What may reach port 8080 of "web"?');
    expect(editable!.choices!.map(({ word, begins = false }) => [word, begins])).toEqual([
      ['this machine', false],
      ['LAN', true],
      ['VPN', true],
    ]);
    plan.rule([change!.key], { kind: 'edit', value: '10.8.0.1' });
    expect(plan.finish()[0]!.after).toContain('10.8.0.1:8080:3000');
  });
});

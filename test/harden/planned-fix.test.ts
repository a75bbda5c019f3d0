import { batten } from '../../src';
import type { PlannedChange, PlanSession, RunOptions } from '../../src/harden/api';
import { stackOf } from '../cli/stacks';

const DB = `services:
  db:
    image: postgres:16
    volumes:
      - data:/var/lib/postgresql/data
volumes:
  data: {}
`;

function planned(text: string, options: RunOptions = {}): PlanSession {
  return batten.plan({ path: 'compose.yaml', text }, options);
}

const keys = (changes: readonly PlannedChange[]): string[] => changes.map(({ key }) => key);
const of = (plan: PlanSession, transform: string): PlannedChange[] =>
  plan.changes().filter(({ finding }) => finding.transform === transform);
const textOf = (plan: PlanSession): string => plan.finish()[0]!.after;

describe('a plan', () => {
  test('all that is sure comes to the bytes of a run that does not ask', () => {
    const text = stackOf(12);
    const plan = planned(text);
    const sure = plan.changes().filter(({ finding }) => finding.confidence !== 'guess');
    expect(sure.length).toBeGreaterThan(10);
    expect(plan.rule(keys(sure), { kind: 'apply' })).toBeUndefined();
    expect(textOf(plan)).toBe(batten.run({ path: 'compose.yaml', text }).after);
  });

  test('what is open is shown as expected and never written', () => {
    const plan = planned(DB);
    expect(plan.expected()[0]!.after).toContain('cap_drop');
    expect(textOf(plan)).toBe(DB);
  });

  test('an answer holds for the change that was seen: when another answer changes it, it is open again', () => {
    const plan = planned(DB, { only: ['user', 'cap-drop'] });
    const [capabilities] = of(plan, 'cap-drop');
    plan.rule([capabilities!.key], { kind: 'apply' });
    expect(of(plan, 'cap-drop')[0]!.ruling).toEqual({ kind: 'apply' });
    plan.rule(keys(of(plan, 'user')), { kind: 'skip' });
    const [now] = of(plan, 'cap-drop');
    expect(now!.key).not.toBe(capabilities!.key);
    expect(now!.finding.ops).not.toEqual(capabilities!.finding.ops);
    expect(now!.ruling).toBeUndefined();
    expect(textOf(plan)).toBe(DB);
    expect(plan.undo()).toHaveLength(1);
    expect(of(plan, 'cap-drop')[0]!.ruling).toEqual({ kind: 'apply' });
  });

  test('the text of a question is the one with what comes before it in the chain, and with it', () => {
    const plan = planned(DB, { only: ['user', 'cap-drop'] });
    const [user, capabilities] = plan.changes();
    const questions = plan.questions([capabilities!.key, user!.key]);
    expect(questions.get(user!.key)!.before).toBe(DB);
    expect(questions.get(capabilities!.key)!.before).toContain('user:');
    expect(questions.get(capabilities!.key)!.after).toContain('cap_drop:');
    expect(plan.questions(['no such key']).size).toBe(0);
  });

  test('an edited value is tried before it is accepted, and says so', () => {
    const plan = planned('services:\n  db:\n    image: postgres:16\n    ports:\n      - "5432:5432"\n', { only: ['ports'] });
    const [port] = plan.changes();
    const question = plan.questions([port!.key]).get(port!.key)!;
    const edited = question.edited!('192.168.1.10');
    expect(edited).toMatchObject({ after: expect.stringContaining('192.168.1.10:5432:5432') });
    expect(plan.rule([port!.key], { kind: 'edit', value: '192.168.1.10' })).toBeUndefined();
    expect(textOf(plan)).toContain('192.168.1.10:5432:5432');
  });

  test('a value that is none is refused, and nothing changes', () => {
    const plan = planned(DB, { only: ['user'] });
    const [user] = plan.changes();
    expect(plan.rule([user!.key], { kind: 'edit', value: 'nobody' })).toHaveProperty('error');
    expect(plan.changes()[0]!.ruling).toBeUndefined();
    expect(plan.undo()).toEqual([]);
  });

  test('an ignore comment is written', () => {
    const plan = planned(DB, { only: ['user'] });
    plan.rule(keys(plan.changes()), { kind: 'ignore', reason: 'by design' });
    expect(textOf(plan)).toContain('# batten: ignore[user] by design');
  });

  test('a list that loses its items keeps the answers about the others, given one by one or at once', () => {
    const text = 'services:\n  a:\n    image: acme/a:1\n    devices:\n      - /dev/mem\n      - /dev/kmem\n      - /dev/port\n';
    const single = planned(text, { only: ['devices'] });
    for (let left = 3; left > 0; left--) {
      const open = single.changes().filter(({ ruling }) => !ruling);
      expect(open).toHaveLength(left);
      single.rule([open[0]!.key], { kind: 'apply' });
    }
    const together = planned(text, { only: ['devices'] });
    together.rule(keys(together.changes()), { kind: 'apply' });
    expect(together.changes().map(({ ruling }) => ruling?.kind)).toEqual(['apply', 'apply', 'apply']);
    for (const plan of [single, together]) expect(textOf(plan)).toBe('services:\n  a:\n    image: acme/a:1\n');
  });
});

import { batten } from '../../src';
import type { FixSession } from '../../src/harden/api';

const TEXT = `services:
  db:
    image: postgres:16
    volumes:
      - data:/var/lib/postgresql/data
  app:
    image: acme/app:1
volumes:
  data:
`;

function session(text = TEXT, only?: string[]): FixSession {
  return batten.session({ path: 'compose.yaml', text }, { apply: true, only });
}

function ask(open: FixSession): string {
  const question = open.current();
  return question ? `${question.finding.transform} ${question.finding.service}` : 'done';
}

/** Answers `apply` until the question is the one named. */
function applyUntil(open: FixSession, wanted: string): void {
  while (ask(open) !== wanted) {
    if (!open.current()) throw new Error(`never asked: ${wanted}`);
    open.answer({ kind: 'apply' });
  }
}

describe('a session', () => {
  test('changes nothing while nothing is accepted', () => {
    const open = session();
    while (open.current()) open.answer({ kind: 'skip' });
    const result = open.finish()[0]!;
    expect(result.after).toBe(TEXT);
    expect(result.findings.every(({ status }) => status !== 'fixed')).toBe(true);
  });

  test('counts its questions and asks guesses too', () => {
    const open = session();
    const seen: string[] = [];
    const total = open.current()!.total;
    for (let question = open.current(); question; question = open.current()) {
      expect(question.index).toBe(seen.length + 1);
      seen.push(question.finding.confidence);
      open.answer({ kind: 'skip' });
    }
    expect(seen).toContain('guess');
    expect(seen).toContain('known');
    expect(total).toBeGreaterThanOrEqual(seen.length);
  });

  test('shows the text without and with the change at hand, on top of what was accepted', () => {
    const open = session();
    applyUntil(open, 'cap-drop db');
    const { before, after } = open.current()!;
    expect(before).toContain('user: "999:999"');
    expect(before).not.toContain('cap_drop');
    expect(after).toContain('cap_drop');
  });

  test('lets later transforms see what was declined: without a user the database needs capabilities', () => {
    const open = session();
    expect(ask(open)).toBe('user db');
    open.answer({ kind: 'skip' });
    applyUntil(open, 'cap-drop db');
    expect(open.current()!.finding.plan).toContain('SETUID');
  });

  test('applies all of a transform, not worse than the one at hand', () => {
    const open = session(TEXT, ['user', 'cap-drop']);
    open.answer({ kind: 'apply' });
    open.answer({ kind: 'skip' });
    expect(ask(open)).toBe('cap-drop db');
    // The first is known, the second generic: it is asked.
    open.answer({ kind: 'apply-transform' });
    expect(ask(open)).toBe('cap-drop app');
    open.answer({ kind: 'apply-transform' });
    expect(ask(open)).toBe('done');
    expect(open.finish()[0]!.after.match(/cap_drop/g)).toHaveLength(2);
  });

  test('applies the rest of a service', () => {
    const open = session(TEXT, ['cap-drop', 'no-new-privileges']);
    expect(ask(open)).toBe('cap-drop db');
    open.answer({ kind: 'apply-service' });
    expect(ask(open)).toBe('cap-drop app');
    open.answer({ kind: 'skip' });
    // The database's turn is over without a question.
    expect(ask(open)).toBe('no-new-privileges app');
    open.answer({ kind: 'skip-file' });
    expect(ask(open)).toBe('done');
    const { after } = open.finish()[0]!;
    expect(after.match(/no-new-privileges:true/g)).toHaveLength(1);
    expect(after.match(/cap_drop/g)).toHaveLength(1);
  });

  test('takes answers back one by one, down to none', () => {
    const open = session();
    open.answer({ kind: 'apply' });
    open.answer({ kind: 'skip-file' });
    expect(open.current()).toBeUndefined();
    expect(open.undo()).toBe(true);
    expect(open.current()!.index).toBe(2);
    expect(open.finish()[0]!.after).toContain('user: "999:999"');
    expect(open.undo()).toBe(true);
    expect(open.finish()[0]!.after).toBe(TEXT);
    expect(open.undo()).toBe(false);
  });

  test('writes an edited value, and refuses one that is none', () => {
    const open = session(TEXT, ['user']);
    expect(open.answer({ kind: 'edit', value: 'nobody' })).toEqual({ error: expect.stringContaining('uid:gid') });
    expect(open.current()!.index).toBe(1);
    expect(open.answer({ kind: 'edit', value: '1234:1234' })).toBeUndefined();
    open.answer({ kind: 'skip' });
    expect(open.finish()[0]!.after).toContain('user: "1234:1234"');
  });

  test('writes an ignore comment that the next run heeds', () => {
    const open = session(TEXT, ['cap-drop']);
    open.answer({ kind: 'ignore', reason: 'needs  all\nof them' });
    open.answer({ kind: 'skip' });
    const { after, findings } = open.finish()[0]!;
    expect(after).toBe(TEXT.replace('  db:', '  # batten: ignore[cap-drop] needs all of them\n  db:'));
    expect(findings.find(({ service }) => service === 'db')!.status).toBe('suppressed');
    const again = batten.run({ path: 'compose.yaml', text: after }, { only: ['cap-drop'] });
    expect(again.findings.find(({ service }) => service === 'db')!.status).toBe('suppressed');
  });

  test('gives what a run gives when everything a run applies is applied', () => {
    const open = session();
    for (let question = open.current(); question; question = open.current()) {
      open.answer({ kind: question.finding.confidence === 'guess' ? 'skip' : 'apply' });
    }
    expect(open.finish()[0]!.after).toBe(batten.run({ path: 'compose.yaml', text: TEXT }, { apply: true }).after);
  });
});

test('what a person typed is not asked about again by a later transform', () => {
  const open = batten.session(
    { path: 'compose.yaml', text: 'services:\n  app:\n    image: acme/app:1\n' },
    { apply: true, only: ['read-only', 'tmpfs-options'] },
  );
  expect(open.current()!.finding.transform).toBe('read-only');
  open.answer({ kind: 'edit', value: '/tmp:exec' });
  expect(open.current()).toBeUndefined();
  expect(open.finish()[0]!.after).toContain('/tmp:exec');
});

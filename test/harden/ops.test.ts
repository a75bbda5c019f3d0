import type { ComposeProject, ProjectFile } from '../../src/compose/project';
import type { ComposeService } from '../../src/compose/service';
import {
  addNames,
  addToList,
  removeEntry,
  removeFromList,
  removeKey,
  replaceInList,
  replaceName,
  setEntry,
  setKey,
  setPair,
} from '../../src/harden/ops';
import type { Attempt } from '../../src/harden/types';
import { Workspace } from '../../src/harden/workspace';
import type { Data, Op } from '../../src/yaml/types';

/** Where a key of the service `web` comes from; `%` is its text, `;` a new line below the key. */
const ORIGINS: Record<string, string> = {
  own: 'services:\n  web:\n    image: x\n    %\n',
  'its own, over a merge key': 'x-base: &base\n  %\nservices:\n  web:\n    <<: *base\n    image: x\n    %\n',
  'its own, over what it extends': 'services:\n  base:\n    %\n  web:\n    extends: base\n    image: x\n    %\n',
  'a merge key': 'x-base: &base\n  %\nservices:\n  web:\n    <<: *base\n    image: x\n',
  extends: 'services:\n  base:\n    image: y\n    %\n  web:\n    extends: base\n    image: x\n',
  nowhere: 'services:\n  web:\n    image: x\n',
};

interface Case {
  project: ComposeProject;
  workspace: Workspace;
  service: ComposeService;
}

function read(...texts: string[]): Case {
  const workspace = Workspace.open(
    texts.map((text, index): Omit<ProjectFile, 'document'> & { text: string } => ({
      path: `${index}.yaml`,
      text,
      role: index === 0 ? 'main' : 'override',
      editable: true,
    })),
  );
  const project = workspace.project({});
  return { project, workspace, service: project.service('web')! };
}

function textOf(origin: string, key: string, value: Data): string {
  const line = `${key}: ${JSON.stringify(value)}`;
  return ORIGINS[origin]!.replaceAll('%', line);
}

/** What a key comes to after ops, and that the new text is proven. */
function changed({ workspace, project }: Case, ops: readonly Op[], key: string): Data | undefined {
  for (const op of ops) expect(workspace.apply(op)).not.toHaveProperty('refusal');
  expect(workspace.prove()).toHaveProperty('workspace');
  return project.reread().service('web')!.data(key);
}

function opsOf(attempt: Attempt): Op[] {
  expect(attempt.refusal).toBeUndefined();
  return attempt.ops!;
}

const everywhere = Object.keys(ORIGINS);
const somewhere = everywhere.filter((origin) => origin !== 'nowhere');
const item = (service: ComposeService, text: string) => service.capAdd.findLast((each) => each.text === text)!;

describe('a key', () => {
  test.each(everywhere)('from %s gets a value', (origin) => {
    const start = read(textOf(origin, 'user', 'root'));
    expect(changed(start, setKey(start.service, 'user', '999:999'), 'user')).toBe('999:999');
  });

  test.each(somewhere)('from %s goes, or means the same as none', (origin) => {
    const start = read(textOf(origin, 'privileged', true));
    expect([undefined, false]).toContain(changed(start, opsOf(removeKey(start.service, 'privileged')), 'privileged'));
  });

  test('goes as a whole where nothing else says it', () => {
    const { service } = read(textOf('own', 'privileged', true));
    expect(removeKey(service, 'privileged')).toEqual({ ops: [{ op: 'remove', path: ['services', 'web', 'privileged'] }] });
    const own = read('services:\n  base:\n    image: y\n  web:\n    extends: base\n    privileged: true\n').service;
    expect(removeKey(own, 'privileged')).toEqual({ ops: [{ op: 'remove', path: ['services', 'web', 'privileged'] }] });
  });

  test('that has no value for none stays where it would come back', () => {
    const start = read(textOf('a merge key', 'healthcheck', { test: ['NONE'] }));
    expect(removeKey(start.service, 'healthcheck')).toMatchObject({ refusal: { code: 'merge-inherited' } });
  });

  test('of another file is changed there, and hides that of the main one when it goes', () => {
    const start = read('services:\n  web:\n    image: x\n    privileged: true\n', 'services:\n  web:\n    privileged: true\n');
    const ops = opsOf(removeKey(start.service, 'privileged'));
    expect(ops).toEqual([{ op: 'replace', path: [1, 'services', 'web', 'privileged'], value: false }]);
    expect(changed(start, ops, 'privileged')).toBe(false);
  });

  test('behind an alias is replaced by one of its own', () => {
    const start = read('x-user: &user root\nservices:\n  web:\n    image: x\n    user: *user\n  twin:\n    image: x\n    user: *user\n');
    expect(changed(start, setKey(start.service, 'user', '1:1'), 'user')).toBe('1:1');
    expect(start.project.reread().service('twin')!.data('user')).toBe('root');
  });
});

describe('an entry of a map', () => {
  const limit = { memory: '1g', pids: 5 };
  const entry = ['deploy', 'resources', 'limits', 'pids'] as const;

  test.each(['own', 'its own, over what it extends', 'extends', 'nowhere'])('from %s gets a value, and the others stay', (origin) => {
    const start = read(textOf(origin, 'deploy', { resources: { limits: limit } }));
    expect(changed(start, setEntry(start.service, entry, 7), 'deploy')).toEqual({
      resources: { limits: origin === 'nowhere' ? { pids: 7 } : { ...limit, pids: 7 } },
    });
  });

  test.each([
    ['a merge key', 'merge-inherited'],
    ['an alias', 'alias'],
  ])('from %s is refused by the document: it is for others too', (origin, code) => {
    const alias = 'x-deploy: &deploy {resources: {limits: {pids: 5}}}\nservices:\n  web:\n    image: x\n    deploy: *deploy\n';
    const start = read(origin === 'an alias' ? alias : textOf(origin, 'deploy', { resources: { limits: limit } }));
    const [op] = setEntry(start.service, entry, 7);
    expect(start.workspace.apply(op!)).toMatchObject({ refusal: { code } });
  });

  test('goes, with the key when it was alone there', () => {
    const two = read(textOf('own', 'ulimits', { nproc: 5, core: 0 }));
    expect(changed(two, opsOf(removeEntry(two.service, ['ulimits', 'nproc'])), 'ulimits')).toEqual({ core: 0 });
    const one = read(textOf('own', 'ulimits', { nproc: 5 }));
    expect(changed(one, opsOf(removeEntry(one.service, ['ulimits', 'nproc'])), 'ulimits')).toBeUndefined();
  });

  test('that would come back from what is extended is refused, or given the value that means none', () => {
    for (const origin of ['extends', 'its own, over what it extends']) {
      const start = read(textOf(origin, 'ulimits', { nproc: 5 }));
      expect(removeEntry(start.service, ['ulimits', 'nproc'])).toMatchObject({ refusal: { code: 'merge-inherited' } });
      const build = read(textOf(origin, 'build', { context: '.', privileged: true }));
      expect(changed(build, opsOf(removeEntry(build.service, ['build', 'privileged'])), 'build')).toEqual({
        context: '.',
        privileged: false,
      });
    }
  });
});

describe('a list', () => {
  test.each(everywhere)('from %s gets the items it lacks', (origin) => {
    const start = read(textOf(origin, 'cap_add', ['CHOWN']));
    const there = origin === 'nowhere' ? [] : ['CHOWN'];
    const added = origin === 'nowhere' ? ['CHOWN', 'KILL'] : ['KILL'];
    expect(changed(start, addToList(start.service, 'cap_add', ['CHOWN', 'KILL']), 'cap_add')).toEqual([...there, ...added]);
    const again = start.project.reread().service('web')!;
    expect(addToList(again, 'cap_add', ['CHOWN', 'KILL'])).toEqual([]);
  });

  test.each(['own', 'its own, over a merge key', 'a merge key'])('from %s loses an item, and the last one', (origin) => {
    const two = read(textOf(origin, 'cap_add', ['CHOWN', 'KILL']));
    expect(changed(two, opsOf(removeFromList(two.service, 'cap_add', item(two.service, 'CHOWN'))), 'cap_add')).toEqual(['KILL']);
    const one = read(textOf(origin, 'cap_add', ['CHOWN']));
    expect([undefined, []]).toContainEqual(
      changed(one, opsOf(removeFromList(one.service, 'cap_add', item(one.service, 'CHOWN'))), 'cap_add'),
    );
  });

  test('leaves no empty list where Compose appends: what it extends counts either way', () => {
    const { service } = read('services:\n  base:\n    cap_add: [KILL]\n  web:\n    extends: base\n    image: x\n    cap_add: [CHOWN]\n');
    expect(removeFromList(service, 'cap_add', item(service, 'CHOWN'))).toEqual({
      ops: [{ op: 'remove', path: ['services', 'web', 'cap_add'] }],
    });
  });

  test('loses no item of what it extends', () => {
    const { service } = read(textOf('extends', 'cap_add', ['CHOWN']));
    expect(removeFromList(service, 'cap_add', item(service, 'CHOWN'))).toMatchObject({ refusal: { code: 'merge-inherited' } });
  });

  test.each(['own', 'a merge key'])('from %s gets others in the place of an item', (origin) => {
    const start = read(textOf(origin, 'cap_add', ['ALL', 'KILL']));
    const ops = opsOf(replaceInList(start.service, 'cap_add', item(start.service, 'ALL'), ['CHOWN', 'SETUID']));
    expect(changed(start, ops, 'cap_add')).toEqual(['CHOWN', 'KILL', 'SETUID']);
  });

  test('of another file is changed in that file', () => {
    const start = read('services:\n  web:\n    image: x\n    cap_add: [ALL]\n', 'services:\n  web:\n    cap_add: [KILL]\n');
    const ops = opsOf(replaceInList(start.service, 'cap_add', item(start.service, 'ALL'), ['CHOWN', 'SETUID']));
    expect(changed(start, ops, 'cap_add')).toEqual(['CHOWN', 'SETUID', 'KILL']);
  });
});

describe('names', () => {
  test.each([
    ['own', ['a', 'b']],
    ['a merge key', ['a', 'b']],
    ['extends', { a: null, b: null }],
  ] as const)('from %s as a list get one more', (origin, expected) => {
    const start = read(textOf(origin, 'networks', ['a']));
    const ops = addNames(start.service, 'networks', [['b', null]], [['a', null]]);
    expect(changed(start, ops, 'networks')).toEqual(expected);
  });

  test('as a map keep the settings of the one that goes', () => {
    const start = read(textOf('own', 'networks', { a: { aliases: ['db'] }, c: null }));
    const ops = replaceName(start.service, 'networks', 'a', [['b', { aliases: ['db'] }]], []);
    expect(changed(start, ops, 'networks')).toEqual({ b: { aliases: ['db'] }, c: null });
  });
});

describe('pairs', () => {
  test.each(everywhere)('from %s get a value, and keep the others', (origin) => {
    for (const written of [{ A: '1', B: '2' }, ['A=1', 'B=2']]) {
      const start = read(textOf(origin, 'environment', written));
      const data = changed(start, setPair(start.service, 'environment', 'A', '3'), 'environment');
      const pairs = Array.isArray(data) ? data : Object.entries(data as object).map(([name, value]) => `${name}=${value}`);
      expect([...pairs].sort()).toEqual(origin === 'nowhere' ? ['A=3'] : ['A=3', 'B=2']);
    }
  });
});

import type { Op } from '../../src/yaml/types';
import { add, append, comment, refusal, remove, rename, replace } from './support/edited';

const TEXT = `x-common: &common
  restart: always
  cap_add: &caps [CHOWN]
  deploy: {replicas: 1}
x-empty: &empty
services:
  web:
    <<: *common
    image: nginx # pinned
    cap_drop: *caps
    restart: "no"
    dns: !reset [a]
    items: [!foo a, b]
    mode: !!str 12
    pairs: [a: 1]
    ? tty
    : true
    empty: *empty
    flow: { a: 1 }
    ports:
      - target: 80
        published: 80
    tmpfs: !override
      - /tmp
    ? [complex]
    : 1
  db: *common
  cache:
`;

const REFUSED: [string, Op, string, string][] = [
  [
    'below an alias',
    add('services.db.init', true),
    'alias',
    'services.db is shared through the anchor &common: changing it here would change every user of it',
  ],
  ['an item of an alias', replace('services.web.cap_drop.0', 'ALL'), 'alias', 'services.web.cap_drop is shared'],
  ['appending to an alias', append('services.web.cap_drop', 'ALL'), 'alias', 'services.web.cap_drop is shared'],
  [
    'replacing an anchored value in use',
    replace('x-common.cap_add', ['ALL']),
    'alias',
    'x-common.cap_add is shared through the anchor &caps',
  ],
  ['replacing what holds an anchored value in use', replace('x-common', {}), 'alias', '&common'],
  ['removing an anchored value in use', remove('x-common'), 'alias', '&common'],
  ['removing what holds an anchored value in use', remove('x-common.cap_add'), 'alias', '&caps'],
  ['filling an anchored empty value in use', add('x-empty.a', 1), 'alias', '&empty'],
  [
    'replacing an inherited key',
    replace('services.web.deploy', {}),
    'merge-inherited',
    'services.web.deploy is inherited through a merge key: a local value would replace it',
  ],
  ['removing an inherited key', remove('services.web.deploy'), 'merge-inherited', 'services.web.deploy'],
  ['adding below an inherited key', add('services.web.deploy.mode', 'global'), 'merge-inherited', 'services.web.deploy'],
  ['appending to an inherited list', append('services.web.cap_add', 'SETUID'), 'merge-inherited', 'services.web.cap_add'],
  [
    'removing a key that would come back',
    remove('services.web.restart'),
    'merge-inherited',
    'without the local value that one would count',
  ],
  [
    'renaming a key that would come back',
    rename('services.web.restart', 'x-restart'),
    'merge-inherited',
    'without the local value that one would count',
  ],
  ['replacing a tagged value', replace('services.web.dns', []), 'tagged', 'services.web.dns carries the tag !reset'],
  ['removing a tagged value', remove('services.web.dns'), 'tagged', '!reset'],
  ['appending to a tagged value', append('services.web.dns', 'b'), 'tagged', '!reset'],
  ['replacing a tagged item', replace('services.web.items.0', 'b'), 'tagged', 'services.web.items[0] carries the tag !foo'],
  ['replacing a value with a core tag', replace('services.web.mode', 13), 'tagged', '!!str'],
  ['replacing an overriding list with a scalar', replace('services.web.tmpfs', '/run'), 'tagged', '!override'],
  [
    'replacing the value of an explicit key',
    replace('services.web.tty', false),
    'explicit-key',
    'services.web.tty is written with an explicit "?" key',
  ],
  ['removing an explicit key', remove('services.web.tty'), 'explicit-key', 'services.web.tty'],
  ['adding below an explicit key', add('services.web.tty.a', 1), 'explicit-key', 'services.web.tty'],
  ['adding a key that is there', add('services.web.image', 'nginx'), 'conflict', 'services.web.image is already there'],
  ['adding below a scalar', add('services.web.image.tag', '1'), 'conflict', 'services.web.image is not a map'],
  ['adding an item by its index', add('services.web.ports.1', '80'), 'conflict', 'services.web.ports is not a map'],
  ['adding an index to a map', add('services.web.0', '80'), 'conflict', 'services.web is a map, not a list'],
  ['adding below an item that is not there', add('services.web.ports.1.a', '80'), 'conflict', 'services.web.ports[1] is not there'],
  ['adding a list where there is nothing', add('services.cache.ports.0', '80'), 'conflict', 'services.cache.ports is not a list'],
  ['adding an index into nothing', add('services.cache.0.a', '80'), 'conflict', 'services.cache is not a list'],
  ['appending to a map', append('services.web.flow', 'b'), 'conflict', 'services.web.flow is a map, not a list'],
  ['appending to an item', append('services.web.ports.0', 'b'), 'conflict', 'services.web.ports is not a map'],
  ['appending to nothing by index', append('services.cache.ports.0', 'b'), 'conflict', 'services.cache.ports is not a list'],
  ['replacing what is not there', replace('services.web.user', 'app'), 'conflict', 'services.web.user is not there'],
  ['replacing an item that is not there', replace('services.web.ports.4', 'app'), 'conflict', 'services.web.ports[4] is not there'],
  ['replacing an item of a map', replace('services.web.0', 'app'), 'conflict', 'services.web is not a list'],
  ['replacing a key of a list', replace('services.web.ports.a', 'app'), 'conflict', 'services.web.ports is not a map'],
  ['removing a complex key', remove('services.web.'), 'conflict', 'is not there'],
  ['replacing a pair in brackets', replace('services.web.pairs.0.a', 2), 'conflict', 'is written in a way batten does not edit'],
  ['renaming to a key that is there', rename('services.web.image', 'ports'), 'conflict', 'services.web.ports is already there'],
  ['renaming an item', rename('services.web.ports.0', 'a'), 'conflict', 'services.web.ports[0] is not a key'],
  ['a comment in braces', comment('services.web.flow.a', '# no'), 'conflict', 'no comment can be written above services.web.flow.a'],
  ['a comment above an item', comment('services.web.ports.0', '# no'), 'conflict', 'no comment can be written above'],
  ['a comment behind a dash', comment('services.web.ports.0.target', '# no'), 'conflict', 'no comment can be written above'],
  ['a comment that is none', comment('services.web.image', 'image: bad'), 'conflict', 'a comment is one line that starts with #'],
  ['a comment of two lines', comment('services.web.image', '# a\nimage: bad'), 'conflict', 'a comment is one line that starts with #'],
  ['replacing the document', { op: 'replace', path: [], value: {} }, 'conflict', 'the document as a whole is not changed'],
];

describe('a refused op says why, and changes nothing', () => {
  test.each(REFUSED)('%s', (_, op, code, message) => {
    const refused = refusal(TEXT, op);
    expect(refused.code).toBe(code);
    expect(refused.message).toContain(message);
  });

  test.each([
    ['an op on a document that is a list', '- a\n', add('a', 1), 'the document is not a map'],
    ['an op below an alias in a list', 'a: &a {b: 1}\nc:\n  - *a\n', replace('c.0.b', 2), 'c[0] is shared'],
    ['the only key of the document', 'a: 1 # why\n', remove('a'), 'a is all that the document holds'],
    ['the only item of the document', '- a\n', remove('0'), '[0] is all that the document holds'],
    ['a key with an anchor', '&k a: 1\nb: *k\n', rename('a', 'c'), '&k'],
  ])('%s', (_, text, op, message) => {
    expect(refusal(text, op).message).toContain(message);
  });
});

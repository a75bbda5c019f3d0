import { cleanContainerPath, covers, parseLongVolume, parseShortVolume, parseTmpfs, samePath, withOptions } from '../../src/compose/mounts';

describe('parseShortVolume', () => {
  test.each([
    ['./data:/data', { kind: 'bind', source: './data', target: '/data' }],
    ['../data:/data/', { kind: 'bind', source: '../data', target: '/data' }],
    [
      '/var/run/docker.sock:/var/run/docker.sock:ro',
      { kind: 'bind', source: '/var/run/docker.sock', target: '/var/run/docker.sock', readOnly: true, options: ['ro'] },
    ],
    ['~/.ssh:/root/.ssh', { kind: 'bind', source: '~/.ssh', target: '/root/.ssh' }],
    ['db:/var/lib/postgresql/data', { kind: 'volume', source: 'db', target: '/var/lib/postgresql/data' }],
    ['db:/data:nocopy,z', { kind: 'volume', source: 'db', target: '/data', options: ['nocopy', 'z'] }],
    ['db:/data:ro,rw', { kind: 'volume', source: 'db', target: '/data', options: ['ro', 'rw'] }],
    ['/data', { kind: 'anonymous', target: '/data' }],
    ['/', { kind: 'anonymous', target: '/' }],
    ['C:\\data:/data', { kind: 'bind', source: 'C:\\data', target: '/data' }],
    ['./x:C:\\data:ro', { kind: 'bind', source: './x', target: 'C:\\data', readOnly: true, options: ['ro'] }],
    [
      '\\\\.\\pipe\\docker_engine:\\\\.\\pipe\\docker_engine',
      { kind: 'npipe', source: '\\\\.\\pipe\\docker_engine', target: '\\\\.\\pipe\\docker_engine' },
    ],
    ['a::b', { kind: 'bind', source: 'a:', target: 'b' }],
    ['d:/tmp', { kind: 'anonymous', target: 'd:/tmp' }],
    ['${DATA:-./data}:/data', { kind: 'bind', source: './data', target: '/data' }],
    ['${DATA:-db}:/data:${MODE:-ro}', { kind: 'volume', source: 'db', target: '/data', readOnly: true, options: ['ro'] }],
    ['${MOUNT:-./data:/data}', { kind: 'bind', source: './data', target: '/data' }],
    ['${DIR:-C:\\data}:/data', { kind: 'bind', source: 'C:\\data', target: '/data' }],
  ])('%s', (raw, expected) => {
    expect(parseShortVolume(raw)).toEqual({ source: undefined, readOnly: false, options: [], long: false, known: true, raw, ...expected });
  });

  test.each([
    ['${DATA}:/data', { kind: 'bind', source: '${DATA}', target: '/data' }],
    ['${DATA:?set: it}:/data:ro', { kind: 'bind', source: '${DATA:?set: it}', target: '/data', readOnly: true }],
    ['$HOME/x:/data', { kind: 'bind', source: '$HOME/x', target: '/data' }],
    ['${NAME}_data:/data', { kind: 'volume', source: '${NAME}_data', target: '/data' }],
    ['./x:${TARGET}', { kind: 'bind', source: './x', target: '${TARGET}' }],
    ['${TARGET}', { kind: 'anonymous', target: '${TARGET}' }],
  ])('an unset variable stays as written: %s', (raw, expected) => {
    expect(parseShortVolume(raw)).toMatchObject({ ...expected, known: false });
  });

  test('unknown options do not make source or target unknown', () => {
    expect(parseShortVolume('db:/data:${MODE}')).toMatchObject({ known: true, readOnly: false, target: '/data' });
  });

  test('the environment fills it in', () => {
    expect(parseShortVolume('${DATA}:/data', { DATA: 'vol' })).toMatchObject({ kind: 'volume', source: 'vol', known: true });
  });

  test.each(['', ':/data', 'db:', 'db::/data', 'db:/data:ro:z'])('refused by Compose: "%s"', (raw) => {
    expect(parseShortVolume(raw)).toBeUndefined();
  });
});

describe('parseLongVolume', () => {
  test('reduces its settings to words', () => {
    expect(
      parseLongVolume({ type: 'bind', source: './x', target: '/x/', read_only: true, bind: { selinux: 'z', propagation: 'rslave' } }),
    ).toMatchObject({ kind: 'bind', source: './x', target: '/x', readOnly: true, options: ['ro', 'z', 'rslave'], long: true, known: true });
    expect(parseLongVolume({ type: 'volume', source: 'db', target: '/x', volume: { nocopy: true, subpath: 'a' } })).toMatchObject({
      kind: 'volume',
      readOnly: false,
      options: ['nocopy', 'subpath=a'],
    });
    expect(parseLongVolume({ type: 'tmpfs', target: '/tmp', tmpfs: { size: 1024, mode: 1777 } })).toMatchObject({
      kind: 'tmpfs',
      source: undefined,
      options: ['size=1024', 'mode=1777'],
    });
  });

  test('a volume without a source is anonymous', () => {
    expect(parseLongVolume({ type: 'volume', target: '/x' })).toMatchObject({ kind: 'anonymous', source: undefined });
  });

  test('evaluates variables and the booleans in them', () => {
    expect(parseLongVolume({ type: 'bind', source: '${D:-./d}', target: '/x', read_only: '${RO:-true}' })).toMatchObject({
      source: './d',
      readOnly: true,
      known: true,
    });
    expect(parseLongVolume({ type: 'bind', source: '${D}', target: '/x', read_only: 'false' })).toMatchObject({
      source: '${D}',
      readOnly: false,
      known: false,
    });
  });

  test.each([[{}], [{ type: 'bind', source: '.' }], [{ type: 'nfs', target: '/x' }], ['a:b'], [null], [['x']]])('refuses %j', (map) => {
    expect(parseLongVolume(map)).toBeUndefined();
  });
});

describe('container paths', () => {
  test.each([
    ['/data/', '/data'],
    ['//data//x', '/data/x'],
    ['/a/./b/../c', '/a/c'],
    ['/../..', '/'],
    ['/', '/'],
    ['data/', 'data'],
    ['../a', '../a'],
    ['C:\\data', 'C:\\data'],
  ])('%s is %s', (path, clean) => {
    expect(cleanContainerPath(path)).toBe(clean);
  });

  test('/var/run is /run', () => {
    expect(samePath('/var/run/', '/run')).toBe(true);
    expect(samePath('/var/run/docker.sock', '/run/docker.sock')).toBe(true);
    expect(samePath('/var/runner', '/runner')).toBe(false);
    expect(samePath('/tmp', '/var/tmp')).toBe(false);
  });

  test.each([
    ['/run', '/var/run/postgresql', true],
    ['/var/run', '/run', true],
    ['/', '/x', true],
    ['/var', '/var/run/x', false],
    ['/data', '/data', true],
    ['/data', '/database', false],
    ['/data/x', '/data', false],
  ])('%s covers %s: %s', (parent, child, expected) => {
    expect(covers(parent, child)).toBe(expected);
  });
});

describe('parseTmpfs', () => {
  test.each([
    ['/tmp', '/tmp', []],
    ['/run/:exec,size=64m,mode=1777', '/run', ['exec', 'size=64m', 'mode=1777']],
    ['/tmp:size=${SIZE:-64m}', '/tmp', ['size=64m']],
    ['/tmp:size=${SIZE}', '/tmp', ['size=']],
    ['${DIR:-/tmp}:uid=1', '/tmp', ['uid=1']],
    ['${DIR}:uid=1', '${DIR}', ['uid=1']],
  ])('%s', (raw, target, options) => {
    expect(parseTmpfs(raw)).toEqual({ target, options });
  });
});

describe('withOptions', () => {
  const readOnly = (options: string[]) => ['ro', ...options.filter((option) => option !== 'rw')];

  test.each([
    ['/etc:/host', '/etc:/host:ro'],
    ['/etc:/host:rw', '/etc:/host:ro'],
    ['/etc:/host:z,rslave', '/etc:/host:ro,z,rslave'],
    ['${DIR:-/etc}:/host', '${DIR:-/etc}:/host:ro'],
    ['C:\\data:/data', 'C:\\data:/data:ro'],
  ])('%s becomes %s', (raw, wanted) => {
    expect(withOptions(raw, readOnly)).toBe(wanted);
  });

  test('no options are no colon', () => {
    expect(withOptions('/etc:/host:Z', () => [])).toBe('/etc:/host');
  });

  test.each(['/data', '${MOUNT:-/etc:/host}', '/etc:/host:${MODE:-rw}', '/etc:${TARGET:-/host:ro}', 'db:/x:ro:z'])(
    '%s may hold its options elsewhere',
    (raw) => {
      expect(withOptions(raw, readOnly)).toBeUndefined();
    },
  );
});

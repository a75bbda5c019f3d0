import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { remotesOf } from '../../../src/engine/learn/connections';
import { limitsFor, peaksOf } from '../../../src/engine/learn/usage';
import { leastCapabilities, USUAL_FIRST } from '../../../src/engine/search/capabilities';
import { addTmpfs, allowPrograms, tmpfsFor } from '../../../src/engine/search/tmpfs';

test('whom a container calls is read from the tables of the kernel, without who calls it', () => {
  const table = `
   0: 00000000:0050 00000000:0000 0A 00000000
   1: 0200A8C0:0050 0100A8C0:C350 01 00000000
   2: 0200A8C0:9C40 0300A8C0:1538 01 00000000
   3: 0200A8C0:9C41 0300A8C0:1538 06 00000000
   4: 0100007F:9C42 0100007F:1F90 01 00000000
   5: 0000000000000000FFFF00000200A8C0:9C43 0000000000000000FFFF00000400A8C0:18EB 01 00000000`;
  expect(remotesOf(table)).toEqual(['192.168.0.3', '192.168.0.4']);
});

test('limits leave room above what was seen', () => {
  expect(limitsFor({ memory: 4 * 2 ** 20, pids: 5 })).toEqual({ mem_limit: '64m', pids_limit: 64 });
  expect(limitsFor({ memory: 100 * 2 ** 20, pids: 30 })).toEqual({ mem_limit: '512m', pids_limit: 128 });
});

describe('peaks', () => {
  const place = mkdtempSync(path.join(tmpdir(), 'batten-peaks-'));
  afterAll(() => rmSync(place, { recursive: true, force: true }));
  const write = (name: string, text: string): void => {
    mkdirSync(path.dirname(path.join(place, name)), { recursive: true });
    writeFileSync(path.join(place, name), text);
  };

  test('are what the kernel keeps, by version of control groups', () => {
    write('proc/1/cgroup', '4:memory:/docker/a\n8:pids:/docker/a\n0::/\n');
    write('v1/memory/docker/a/memory.max_usage_in_bytes', '5000\n');
    write('proc/2/cgroup', '0::/system.slice/docker-a.scope\n');
    write('v2/system.slice/docker-a.scope/memory.peak', '7000\n');
    write('v2/system.slice/docker-a.scope/pids.peak', '12\n');
    const [proc, v1, v2] = ['proc', 'v1', 'v2'].map((name) => path.join(place, name));
    expect(peaksOf(1, proc, v1)).toEqual({ memory: 5000 });
    expect(peaksOf(2, proc, v2)).toEqual({ memory: 7000, pids: 12 });
    expect(peaksOf(3, proc, v2)).toEqual({});
  });
});

describe('capabilities the kernel saw', () => {
  /** What a service needs, and what is tried of it. */
  const service = (needs: readonly string[], instead: Record<string, string> = {}) => {
    const tries: string[] = [];
    const tried = async (names: readonly string[]) => {
      tries.push(names.join(' '));
      return { ok: needs.every((name) => names.includes(name) || names.includes(instead[name] ?? name)), failures: [] };
    };
    return { tries, tried };
  };

  test('are kept when leaving each out shows that it is needed', async () => {
    const { tries, tried } = service(['SETGID', 'SETUID']);
    expect(await leastCapabilities(USUAL_FIRST, { used: ['SETGID', 'SETUID', 'KILL'], looks: false }, tried)).toEqual(['SETGID', 'SETUID']);
    expect(tries).toEqual(['', 'SETGID SETUID KILL', 'SETGID SETUID', 'SETGID', 'SETUID']);
  });

  test('are no answer when they are not enough', async () => {
    expect(await leastCapabilities(USUAL_FIRST, { used: ['SETUID'], looks: false }, service(['NET_BIND_SERVICE']).tried)).toEqual([
      'NET_BIND_SERVICE',
    ]);
    expect(await leastCapabilities(USUAL_FIRST, { used: ['SETUID'], looks: false }, service(['SYS_TIME']).tried)).toBeUndefined();
  });

  test('give way to looking everywhere where that was asked for first', async () => {
    const instead = { DAC_OVERRIDE: 'DAC_READ_SEARCH' };
    const least = (looks: boolean, { tried }: ReturnType<typeof service>) =>
      leastCapabilities(USUAL_FIRST, { used: ['DAC_OVERRIDE'], looks }, tried);
    expect(await least(true, service(['DAC_OVERRIDE'], instead))).toEqual(['DAC_READ_SEARCH']);
    expect(await least(true, service(['DAC_OVERRIDE']))).toEqual(['DAC_OVERRIDE']);
    expect(await least(false, service(['DAC_OVERRIDE'], instead))).toEqual(['DAC_OVERRIDE']);
  });
});

describe('tmpfs mounts', () => {
  const cache = { path: '/var/cache/x', uid: 33, gid: 33, baked: false, example: '/var/cache/x/a' };

  test('take the place of what was written, owned by who wrote it, and never of files of the image', () => {
    const written = [cache, { ...cache, path: '/etc/x', baked: true }, { ...cache, path: '/run', uid: 0, gid: 0 }];
    expect(tmpfsFor(written, undefined)).toBe('/tmp /var/cache/x:uid=33,gid=33 /run');
    expect(tmpfsFor(written, '1000:1000')).toBe('/tmp /var/cache/x:uid=1000,gid=1000 /run:uid=1000,gid=1000');
  });

  test('are added once', () => {
    expect(addTmpfs('/tmp', cache, undefined)).toBe('/tmp /var/cache/x:uid=33,gid=33');
    expect(addTmpfs('/tmp /var/cache/x', cache, undefined)).toBe('/tmp /var/cache/x');
  });

  test('allow programs where the path is, or everywhere when it is not known', () => {
    expect(allowPrograms('/tmp /run:uid=1,gid=1', '/tmp/jna/a.so')).toBe('/tmp:exec /run:uid=1,gid=1');
    expect(allowPrograms('/tmp /run:uid=1,gid=1', undefined)).toBe('/tmp:exec /run:exec,uid=1,gid=1');
    expect(allowPrograms('/tmp:exec', '/tmp/a.so')).toBe('/tmp:exec');
  });
});

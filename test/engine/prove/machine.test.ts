import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { machineId, processHome } from '../../../src/engine/trial/machine';

const folder = mkdtempSync(path.join(tmpdir(), 'batten-machine-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a machine is told by its id, of which only a hash is given away', () => {
  const file = (name: string, text: string): string => {
    writeFileSync(path.join(folder, name), text);
    return path.join(folder, name);
  };
  const [one, other] = ['0123456789abcdef0123456789abcdef', 'fedcba9876543210fedcba9876543210'];
  const found = [machineId([file('one', `${one}\n`)]), machineId([file('other', `${other}\n`)])];
  expect(found[0]).toMatch(/^[\da-f]{32}$/);
  expect(new Set([...found, one, other]).size).toBe(4);
  expect(machineId([path.join(folder, 'none'), file('again', one)])).toBe(found[0]);
});

test('without an id the host name stands for it, and no file that says something else', () => {
  writeFileSync(path.join(folder, 'uninitialized'), 'uninitialized\n');
  expect(machineId([path.join(folder, 'uninitialized')])).toBe(machineId([]));
});

test('where processes are, is the same each time, with the name of the host for people', () => {
  expect(processHome()).toBe(processHome());
  expect(processHome()).toMatch(new RegExp(`^${hostname()}/[\\da-f]{16}$`));
});

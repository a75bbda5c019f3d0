import { existsSync, statSync } from 'node:fs';
import { isAlive, leftovers, Scratch } from '../../../src/engine/trial/scratch';

test('a run that goes on is known to, and one that is gone is not', () => {
  const scratch = Scratch.create();
  try {
    expect(isAlive(scratch.id)).toBe(true);
    expect(leftovers().find(({ id }) => id === scratch.id)).toMatchObject({ alive: true, directory: scratch.directory });
  } finally {
    expect(scratch.remove()).toBeUndefined();
  }
  expect(existsSync(scratch.directory)).toBe(false);
  // The largest pid Linux gives is 2^22.
  expect(isAlive('4194305-abcdef')).toBe(false);
  expect(isAlive('abcdef')).toBe(false);
});

test('the processes a run started are remembered, and its files are nobody else’s to read', () => {
  const scratch = Scratch.create();
  try {
    scratch.started(123);
    scratch.started(456);
    expect(leftovers().find(({ id }) => id === scratch.id)!.started).toEqual([123, 456]);
    const file = scratch.write('one/compose.yaml', 'x');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(scratch.directory).mode & 0o777).toBe(0o700);
  } finally {
    scratch.remove();
  }
});

test('a folder of somebody else with such a name is none of batten’s to believe or remove', () => {
  const scratch = Scratch.create();
  const mine = jest.spyOn(process, 'getuid');
  try {
    mine.mockReturnValue(54321);
    expect(leftovers().find(({ id }) => id === scratch.id)).toBeUndefined();
  } finally {
    mine.mockRestore();
    scratch.remove();
  }
});

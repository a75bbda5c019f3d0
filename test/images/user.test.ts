import { readUser } from '../../src/images/user';
import { service } from './service-factory';

describe('readUser', () => {
  test.each(['0', 'root', '0:0', '0:1000', 'root:root', ':', '', '00'])('%p is root', (user) => {
    expect(readUser(service({ user }).user)).toEqual({ kind: 'root' });
  });

  test.each(['${UID}:${GID}', '${UID}', '${UID}:1000', '$UID'])('%s may be root', (user) => {
    expect(readUser(service({ user }).user)).toEqual({ kind: 'maybe-root' });
  });

  test.each([
    ['1000:1000', { uid: 1000, gid: 1000 }],
    ['1000', { uid: 1000 }],
    ['${UID:-1000}:${GID:-1000}', { uid: 1000, gid: 1000 }],
    ['1000:${GID}', { uid: 1000 }],
    ['postgres', { name: 'postgres' }],
    ['1000:docker', { uid: 1000 }],
  ])('%s is not root', (user, expected) => {
    expect(readUser(service({ user }).user)).toEqual({ kind: 'user', ...expected });
  });

  test("an absent user is the image's", () => {
    expect(readUser(undefined)).toEqual({ kind: 'unset' });
  });
});

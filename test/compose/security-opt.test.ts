import { parseSecurityOpt, readNoNewPrivileges } from '../../src/compose/security-opt';

test.each([
  'no-new-privileges',
  ...['true', 'True', 'TRUE', '1', 't', 'T'].flatMap((value) => [`no-new-privileges:${value}`, `no-new-privileges=${value}`]),
])('%s is on', (item) => {
  expect(readNoNewPrivileges(item)).toBe('on');
});

test.each(['false', 'False', 'FALSE', '0', 'f', 'F'])('no-new-privileges:%s is off', (value) => {
  expect(readNoNewPrivileges(`no-new-privileges:${value}`)).toBe('off');
  expect(readNoNewPrivileges(`no-new-privileges=${value}`)).toBe('off');
});

test.each([
  'no-new-privileges: true',
  'no-new-privileges :true',
  'no-new-privileges:yes',
  'no-new-privileges:',
  'no-new-privileges:tRUE',
  'no_new_privileges',
  'no_new_privileges:true',
  'no-new-privilege:true',
  'no-new-privs',
  'No-New-Privileges:true',
  ' no-new-privileges',
  'no-new-privileges true',
])('"%s" is refused by the Engine', (item) => {
  expect(readNoNewPrivileges(item)).toBe('refused');
});

test.each(['seccomp=unconfined', 'apparmor:no-new-privileges', 'label=disable', '', 'no-new'])('"%s" is about something else', (item) => {
  expect(readNoNewPrivileges(item)).toBeUndefined();
});

test.each([
  ['seccomp=unconfined', 'seccomp', 'unconfined'],
  ['seccomp:./profile.json', 'seccomp', './profile.json'],
  ['label=user:USER', 'label', 'user:USER'],
  ['label:type:svirt_t', 'label', 'type:svirt_t'],
  ['seccomp=a=b', 'seccomp', 'a=b'],
  ['no-new-privileges', 'no-new-privileges', undefined],
])('%s splits where the Engine splits it', (item, key, value) => {
  expect(parseSecurityOpt(item)).toEqual({ key, value });
});

import { ComposeProject } from '../../src/compose/project';
import { heirsOf, isInherited, removeFromList } from '../../src/harden/lists';
import { YamlDocument } from '../../src/yaml/document';

function project(text: string): ComposeProject {
  return ComposeProject.read(YamlDocument.open(text));
}

test('one of several items is removed; the last one takes the key along', () => {
  const { services } = project('services:\n  a: {image: x, cap_add: [A, B]}\n  b: {image: x, cap_add: [A]}\n');
  const [a, b] = services;
  expect(removeFromList(a!, 'cap_add', a!.capAdd[1]!)).toEqual({ ops: [{ op: 'remove', path: ['services', 'a', 'cap_add', 1] }] });
  expect(removeFromList(b!, 'cap_add', b!.capAdd[0]!)).toEqual({ ops: [{ op: 'remove', path: ['services', 'b', 'cap_add'] }] });
});

test('a merged list is written anew, an aliased one replaced; an own one that hides a merged one stays as an empty list', () => {
  const { services } = project(
    'x-caps: &caps [A, B]\nx-base: &base\n  cap_add: [A, B]\nservices:\n  a: {<<: *base, image: x}\n  b: {image: x, cap_add: *caps}\n  c: {<<: *base, image: x, cap_add: [C]}\n',
  );
  const [a, b, c] = services;
  expect(removeFromList(a!, 'cap_add', a!.capAdd[0]!)).toEqual({ ops: [{ op: 'add', path: ['services', 'a', 'cap_add'], value: ['B'] }] });
  expect(removeFromList(b!, 'cap_add', b!.capAdd[1]!)).toEqual({
    ops: [{ op: 'replace', path: ['services', 'b', 'cap_add'], value: ['A'] }],
  });
  expect(removeFromList(c!, 'cap_add', c!.capAdd[0]!)).toEqual({ ops: [{ op: 'replace', path: ['services', 'c', 'cap_add'], value: [] }] });
});

test('what comes through extends is taken out where it is written', () => {
  const all = project('services:\n  a: {image: x, cap_add: [A]}\n  b: {extends: a, cap_add: [B]}\n');
  const [a, b] = all.services;
  const inherited = b!.capAdd.find(({ text }) => text === 'A')!;
  expect(isInherited(inherited, b!, all)).toBe(true);
  expect(isInherited(a!.capAdd[0]!, a!, all)).toBe(false);
  expect(heirsOf(a!.capAdd[0]!, ({ capAdd }) => capAdd, all).map(({ name }) => name)).toEqual(['b']);
  expect(removeFromList(b!, 'cap_add', inherited)).toMatchObject({ refusal: { code: 'merge-inherited' } });
});

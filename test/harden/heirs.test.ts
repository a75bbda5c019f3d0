import { ComposeProject } from '../../src/compose/project';
import { heirsOf, isInherited } from '../../src/harden/heirs';
import { YamlDocument } from '../../src/yaml/document';

function project(text: string): ComposeProject {
  return ComposeProject.read(YamlDocument.open(text));
}

test('what comes through extends is taken out where it is written', () => {
  const all = project('services:\n  a: {image: x, cap_add: [A]}\n  b: {extends: a, cap_add: [B]}\n');
  const [a, b] = all.services;
  const inherited = b!.capAdd.find(({ text }) => text === 'A')!;
  expect(isInherited(inherited, b!, all)).toBe(true);
  expect(isInherited(a!.capAdd[0]!, a!, all)).toBe(false);
  expect(heirsOf(a!.capAdd[0]!, ({ capAdd }) => capAdd, all).map(({ name }) => name)).toEqual(['b']);
});

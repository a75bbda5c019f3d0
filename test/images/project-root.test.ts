import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../src/images';
import { directoryWith, look, refs, removeProjects } from './own-project';

afterAll(removeProjects);

const COMPOSE = 'services:\n  app:\n    build: ../api\n';
const DOCKERFILE = 'FROM alpine\nUSER 1001\n';

/** A directory with these files, whose `deploy` holds the Compose file. */
function stack(files: Record<string, string>): string {
  return path.join(directoryWith({ 'deploy/compose.yaml': COMPOSE, 'api/Dockerfile': DOCKERFILE, ...files }), 'deploy');
}

describe('a build context beside the directory of the Compose file', () => {
  test('is read when both are in one Git repository', () => {
    const { advice, evidence } = look(stack({ '.git/HEAD': '' }));
    expect(advice.startsAsRoot).toBe(false);
    expect(refs(advice.capabilities)).toContain('../api/Dockerfile:2');
    expect(evidence.notes).toEqual([]);
  });

  test('is read in a worktree, whose .git is a file', () => {
    expect(look(stack({ '.git': 'gitdir: /elsewhere' })).advice.startsAsRoot).toBe(false);
  });

  test.each([
    ['no repository', {}],
    ['a repository that is the directory itself', { 'deploy/.git/HEAD': '' }],
  ])('is not read with %s', (_, files) => {
    const { advice, evidence } = look(stack(files));
    expect(advice.startsAsRoot).toBeUndefined();
    expect(evidence.notes).toEqual(['in "app", its build context ../api is outside of the project, so its Dockerfile was not read']);
  });

  test('is not read by a link out of the repository', () => {
    const elsewhere = directoryWith({ Dockerfile: DOCKERFILE });
    const directory = path.join(directoryWith({ 'deploy/compose.yaml': COMPOSE, '.git/HEAD': '' }), 'deploy');
    symlinkSync(elsewhere, path.join(directory, '..', 'api'));
    expect(look(directory).advice.startsAsRoot).toBeUndefined();
  });
});

describe('projectRoot', () => {
  test('takes no link for a repository', () => {
    const home = directoryWith({ 'a/compose.yaml': '' });
    symlinkSync(directoryWith({ HEAD: '' }), path.join(home, '.git'));
    expect(projectRoot(path.join(home, 'a'))).toBe(path.join(home, 'a'));
  });

  test('does not take the home directory for a project', () => {
    const home = directoryWith({ 'a/compose.yaml': '', '.git/HEAD': '' });
    expect(projectRoot(path.join(home, 'a'), home)).toBe(path.join(home, 'a'));
    mkdirSync(path.join(home, 'a', '.git'));
    expect(projectRoot(path.join(home, 'a'), home)).toBe(path.join(home, 'a'));
    expect(projectRoot(home, home)).toBe(home);
  });

  test('takes the nearest', () => {
    const outer = directoryWith({ '.git/HEAD': '', 'inner/.git/HEAD': '', 'inner/deploy/compose.yaml': '' });
    expect(projectRoot(path.join(outer, 'inner', 'deploy'))).toBe(path.join(outer, 'inner'));
  });
});

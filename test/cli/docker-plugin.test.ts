import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { batten, MAIN, project, removeProjects, STACK, scrubbedEnv } from './run';

afterEach(removeProjects);

const hasDocker = spawnSync('docker', ['--version']).status === 0;

test('the docker command is told what the plugin is', () => {
  const { code, out } = batten(['docker-cli-plugin-metadata'], { cwd: project({}) });
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ SchemaVersion: '0.1.0', Vendor: 'batten', Version: expect.stringMatching(/^\d+\.\d+\.\d+/) });
});

(hasDocker ? test : test.skip)('docker batten is batten, through a link in the directory of plugins', () => {
  const cwd = project({ 'compose.yaml': STACK });
  const home = project({});
  mkdirSync(path.join(home, '.docker', 'cli-plugins'), { recursive: true });
  symlinkSync(MAIN, path.join(home, '.docker', 'cli-plugins', 'docker-batten'));
  const docker = (...words: string[]): { status: number | null; stdout: string; stderr: string } =>
    spawnSync('docker', words, { cwd, encoding: 'utf8', env: { ...scrubbedEnv(), HOME: home } });
  expect(docker('--help').stdout).toMatch(/batten\*\s+Harden Compose files so that they still run/);
  const through = docker('batten', 'check', '--format', 'json');
  const alone = batten(['check', '--format', 'json'], { cwd });
  expect([through.status, through.stdout]).toEqual([alone.code, alone.out]);
  expect(docker('batten', 'chek').status).toBe(2);
  expect(docker('batten', '--version').stdout).toBe(batten(['--version'], { cwd }).out);
});

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ComposeProject } from '../../src/compose/project';
import type { Advice, ImageConfigs, ProjectEvidence } from '../../src/images';
import { advise, gatherEvidence } from '../../src/images';
import { YamlDocument } from '../../src/yaml/document';
import { plant, remove, temporaryDirectory } from '../compose/temporary';

const made: string[] = [];

/** A directory with these files; `removeProjects` takes it away again. */
export function directoryWith(files: Record<string, string>): string {
  const directory = temporaryDirectory();
  made.push(directory);
  plant(directory, files);
  return directory;
}

export function removeProjects(): void {
  for (const directory of made.splice(0)) remove(directory);
}

/** One of the projects beside this file. */
export function projectDirectory(name: string): string {
  return path.join(__dirname, 'projects', name);
}

export interface Looked {
  advice: Advice;
  evidence: ProjectEvidence;
}

/** What is said of one service of a directory's compose.yaml. */
export function look(directory: string, service = 'app', configs: ImageConfigs = []): Looked {
  const project = ComposeProject.read(YamlDocument.open(readFileSync(path.join(directory, 'compose.yaml'), 'utf8')));
  const evidence = gatherEvidence(directory, project.services, { configs });
  return { advice: advise(project.service(service)!, evidence), evidence };
}

/** What is said of a service that is built from this Dockerfile, with these lines of Compose and these other files. */
export function lookAt(
  dockerfile: string,
  { service = '', files = {} }: { service?: string; files?: Record<string, string> } = {},
): Advice {
  const compose = `services:\n  app:\n    build: .\n${service.replace(/^/gm, '    ')}\n`;
  return look(directoryWith({ 'compose.yaml': compose, Dockerfile: dockerfile, ...files })).advice;
}

/** `file:line` of all evidence of one kind. */
export function refs(verdict: { evidence: readonly { kind: string; ref: string }[] } | undefined, kind = 'dockerfile'): string[] {
  return (verdict?.evidence ?? []).filter((each) => each.kind === kind).map((each) => each.ref);
}

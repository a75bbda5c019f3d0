import path from 'node:path';
import type { ComposeService } from '../../src/compose/service';
import { about, eachService } from '../../src/harden/each';
import type { Transform, TransformContext } from '../../src/harden/transform';
import type { Proposal } from '../../src/harden/types';
import { withUser } from '../../src/images/dockerfile-edit';

const transform: Transform = {
  id: 'dockerfile-user',
  title: 'A non-root user in the Dockerfile',
  summary: "Adds a non-root `USER` to the project's own Dockerfile, for services that are built and have no `user:`.",
  severity: 'high',
  controls: ['CIS 4.1', 'OWASP RULE#2', 'NIST 800-190 4.1.2'],
  preset: 'strict',
  *find(context) {
    const seen = new Set<string>();
    yield* eachService(context, (service) => {
      // `user:` in the Compose file decides, whatever the image says.
      if (!service.build || service.has('user')) return undefined;
      const file = dockerfileOf(service, context);
      // Two services may be built from the same stage: one change is enough.
      const stage = `${file} ${service.build.target?.text ?? ''}`;
      if (file === undefined || seen.has(stage)) return undefined;
      const proposal = propose(service, file, context);
      if (proposal) seen.add(stage);
      return proposal;
    });
  },
};

export default transform;

function propose(service: ComposeService, file: string, { advise, files }: TransformContext): Proposal | undefined {
  const { user, startsAsRoot } = advise(service);
  // Why it has no user, the transform `user` says.
  if (!user || startsAsRoot === false) return undefined;
  const read = files!.read(file);
  if (!('text' in read)) return undefined;
  const target = service.build!.target?.text || undefined;
  const change = (value: string) => (before: string | undefined) =>
    before === undefined ? { refusal: 'it is not there any more' } : withUser(before, target, value);
  const tried = change(user.value)(read.text);
  const stage = target === undefined ? '' : ` (stage ${target})`;
  const common = {
    ...about(transform, service, 'build'),
    message: `"${service.name}" is built to start as root`,
    plan: `add USER ${user.value} to ${file}${stage}`,
    breaks: user.breaks ?? 'what it writes outside of its volumes, ports below 1024 on the host network, and files that belong to root',
    // Whether the program can do without root is not in its Dockerfile.
    confidence: 'guess' as const,
    evidence: user.evidence,
  };
  if (typeof tried === 'object') {
    return { ...common, refusal: { code: 'needs-decision', message: `${file}: ${tried.refusal}` } };
  }
  return {
    ...common,
    ops: [],
    files: [{ path: file, edit: change(user.value) }],
  };
}

/** The Dockerfile, from the project's directory; undefined when it is not a file of the project. */
function dockerfileOf(service: ComposeService, { files }: TransformContext): string | undefined {
  const { context, dockerfile, target, inline } = service.build!;
  if (!files || inline || context?.known === false || dockerfile?.known === false || target?.known === false) return undefined;
  const base = service.directory('build') ?? files.directory;
  const folder = path.resolve(base, context?.text || '.');
  const file = path.relative(files.directory, path.resolve(folder, dockerfile?.text || 'Dockerfile'));
  return files.leavesProject(file) ? undefined : file.split(path.sep).join('/');
}

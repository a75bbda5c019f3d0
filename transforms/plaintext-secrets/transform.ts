import { splitFile } from '../../src/compose/file-path';
import type { ComposeProject } from '../../src/compose/project';
import type { ComposeService } from '../../src/compose/service';
import { atMost } from '../../src/harden/confidence';
import type { Transform, TransformContext } from '../../src/harden/transform';
import type { Confidence, Draft, Evidence, Proposal, SideFile } from '../../src/harden/types';
import type { Op, Refusal } from '../../src/yaml/types';
import { copies, secretsInFiles } from './copies';
import { type Credential, type Place, places } from './credentials';
import { Names } from './names';
import { DIRECTORY, dotEnvEntry, keptOut, secretFile } from './side-files';
import { envFiles, fileOps, type ToFile, toFile } from './to-file';

const transform: Transform = {
  id: 'plaintext-secrets',
  title: 'No credentials in the file',
  summary: 'Moves passwords, tokens and keys out of the Compose file: into secret files where the image reads them, else into `.env`.',
  severity: 'high',
  controls: ['OWASP RULE#12', 'NIST 800-190 4.1.4'],
  preset: 'recommended',
  *find(context) {
    const { project, files } = context;
    const dotEnv = files?.read('.env');
    const text = dotEnv && 'text' in dotEnv ? dotEnv.text : undefined;
    const names = new Names(project, context.beside?.('.env') ?? text);
    const taken = new Set(Object.keys(project.top('secrets')));
    const inFiles = secretsInFiles(context);
    const all = places(project, new Map([...inFiles, ...names.known()]));
    const readers = new Map(all.map((place) => [place, toFile(place, context)]));
    // A value is kept in one place: in a file only where all who have it can read one.
    const elsewhere = new Set([
      ...names.known().keys(),
      ...all.filter((place) => !readers.get(place)).flatMap(({ credentials }) => credentials.map(({ value }) => value)),
    ]);
    const fileOf = (place: Place): ToFile | undefined =>
      place.credentials.some(({ value }) => elsewhere.has(value)) ? undefined : readers.get(place);
    names.agree(all.filter((place) => !fileOf(place)));
    const paths = new Map<string, string>();
    for (const place of all) {
      const file = fileOf(place);
      yield file ? intoFile(place, file, { taken, paths }, context) : intoDotEnv(place, names, text === undefined, context);
    }
    if (context.preset !== 'strict') return;
    const moved = all.flatMap(({ credentials, variable }) => credentials.map(({ value }): [string, string] => [value, variable]));
    yield* copies(context, new Map([...moved, ...inFiles, ...names.known()]), transform);
  },
};

export default transform;

const WHY: Evidence = {
  kind: 'compose-semantics',
  ref: 'https://docs.docker.com/compose/how-tos/use-secrets/',
  detail: 'whoever reads the Compose file, its history or a copy of it has the credential',
};
const INTERPOLATION: Evidence = {
  kind: 'compose-semantics',
  ref: 'https://github.com/compose-spec/compose-spec/blob/170098b/12-interpolation.md',
  detail: 'Compose reads .env beside the file; ${NAME:?} stops with an error where it is missing',
};

/**
 * What is moved is no longer where the file goes: who deploys from a repository has to bring it along. So the preset that keeps what works
 * working holds it back.
 */
function sureness(confidence: Confidence, { preset }: TransformContext): Confidence {
  return atMost(confidence, preset === 'strict' ? 'generic' : 'guess');
}

function common(
  place: Place,
): Pick<Draft, 'service' | 'path' | 'subject' | 'severity' | 'controls' | 'message' | 'conceal'> & { services?: string[] } {
  const names = place.services.map(({ name }) => name);
  const [first] = place.credentials as [Credential];
  const whose = names.map((name) => `"${name}"`).join(', ');
  const message = {
    literal: `the value of ${place.variable} of ${whose} is written in the file`,
    part: `the password in ${place.variable} of ${whose} is written in the file`,
    default: `the default of ${first.name}, for ${place.variable} of ${whose}, is a credential that is written in the file`,
  }[first.kind];
  return {
    service: names[0]!,
    ...(names.length > 1 && { services: names }),
    path: place.path,
    subject: place.variable,
    severity: first.kind === 'default' ? 'medium' : transform.severity,
    controls: transform.controls,
    message,
    conceal: place.credentials.flatMap(({ value, start, end }) =>
      [value, place.raw.slice(start, end)].map((each) => ({ name: place.variable, value: each })),
    ),
  };
}

interface Files {
  /** Names of secrets that are taken. */
  taken: Set<string>;
  /** The file of each value. */
  paths: Map<string, string>;
}

function intoFile(place: Place, file: ToFile, { taken, paths }: Files, context: TransformContext): Proposal {
  const { service, variable, verdict } = file;
  const [{ value }] = place.credentials as [Credential];
  const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9_-]/g, '_');
  const [owner, own] = [plain(service.name), plain(place.variable)];
  const base = own.startsWith(`${owner}_`) ? own : `${owner}_${own}`;
  let secret = base;
  for (let number = 2; taken.has(secret); number++) secret = `${base}_${number}`;
  taken.add(secret);
  const name = paths.get(value) ?? secret;
  paths.set(value, name);
  const refusal = unquotedNumber(place);
  return {
    ...common(place),
    plan: `move it to the file ${DIRECTORY}/${name}, where "${service.name}" reads it by ${variable}`,
    breaks: `scripts and programs in the container that read ${place.variable} from the environment; deployments that bring the Compose file alone; hosts with SELinux, where the file needs a label`,
    confidence: sureness(verdict.confidence, context),
    evidence: [...verdict.evidence, WHY],
    ...(refusal
      ? { refusal }
      : {
          ops: fileOps(file, place, { secret, name }, context.project.topAt('secrets', secret)),
          files: [secretFile(name, value), ...keptOut(`/${DIRECTORY}/`, context.project, true)],
        }),
  };
}

function intoDotEnv(place: Place, names: Names, isNew: boolean, context: TransformContext): Proposal {
  const refusal = unquotedNumber(place) ?? obstacle(place, context);
  const moved = refusal ?? move(place, names, context);
  const plan = 'code' in moved ? 'move it to .env' : moved.plan;
  return {
    ...common(place),
    plan,
    breaks:
      'deployments that bring the Compose file without its .env, and other Compose files of this directory that use the same variable',
    confidence: sureness('generic', context),
    evidence: [INTERPOLATION, WHY],
    ...('code' in moved
      ? { refusal: moved }
      : { ops: moved.ops, neutral: true, files: [...moved.files, ...keptOut('/.env', context.project, isNew)] }),
  };
}

/** Puts variables in the place of credentials. */
function move(place: Place, names: Names, context: TransformContext): { ops: Op[]; files: SideFile[]; plan: string } | Refusal {
  let raw = '';
  let end = 0;
  const files: SideFile[] = [];
  const given: string[] = [];
  for (const credential of place.credentials) {
    const written = place.raw.slice(credential.start, credential.end);
    const isDefault = credential.kind === 'default';
    const refusal = isDefault ? names.againstDefault(credential, written) : undefined;
    if (refusal) return refusal;
    const name = isDefault ? credential.name : names.forLiteral(credential, place.services[0]!.name);
    const handed = handedOn(name, context);
    if (handed) return handed;
    raw += `${place.raw.slice(end, credential.start)}\${${name}:?}`;
    end = credential.end;
    if (!isDefault || !names.isSet(name)) files.push(dotEnvEntry(name, credential.value));
    given.push(name);
  }
  raw += place.raw.slice(end);
  const value = place.item ? `${place.variable}=${raw}` : raw;
  return { ops: [{ op: 'replace', path: place.path, value }], files, plan: `move it to .env, as ${given.join(', ')}` };
}

/** A service that takes all of `.env` for its environment would get the credential too. */
function handedOn(name: string, { project }: TransformContext): Refusal | undefined {
  const other = project.once(takingDotEnv).find(({ environment }) => !environment.has(name));
  if (!other) return undefined;
  const message = `"${other.name}" takes all of .env into its environment (env_file), and with it what is moved there`;
  return { code: 'needs-decision', message };
}

function takingDotEnv({ services }: ComposeProject): ComposeService[] {
  return services.filter((service) => envFiles(service).some((path) => path !== undefined && path.replace(/^\.\//, '') === '.env'));
}

function obstacle({ path }: Place, { project }: TransformContext): Refusal | undefined {
  const { role, absolute } = project.files[splitFile(path).file]!;
  const directory = (file = ''): string => file.slice(0, Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
  if (role === 'included' && directory(absolute) !== directory(project.files[0]!.absolute)) {
    return { code: 'needs-decision', message: 'an included file has a .env of its own: run batten on it' };
  }
  if (!project.swarm) return undefined;
  return { code: 'needs-decision', message: 'docker stack deploy does not read .env: make it a secret of the Swarm' };
}

/** `PASSWORD: 0123` is the number 83 to Compose: what its author meant nobody knows. */
function unquotedNumber({ node, item }: Place): Refusal | undefined {
  const scalar = node.kind === 'alias' ? node.target : node;
  if (item || scalar.kind !== 'scalar' || scalar.style !== 'plain' || !/^[-+.]?\d[\w.:+-]*$/.test(scalar.text)) return undefined;
  if (/^(?:0|[1-9]\d{0,14})$/.test(scalar.text) || !looksNumeric(scalar.text)) return undefined;
  return {
    code: 'needs-decision',
    message: 'without quotes it may be a number or a date to Compose, and not what is written: quote it, and batten can go on',
  };
}

function looksNumeric(text: string): boolean {
  return /^[-+]?(?:0x[\da-f_]+|0[ob]?[0-7_]+|(?:[\d_]+(?:\.[\d_]+)?|\.[\d_]+)(?:e[-+]?\d+)?|\d[\d_]*\.|[\d_]+(?::[0-5]?\d)+(?:\.\d*)?|\d{4}-\d\d?-\d\d?.*)$/i.test(
    text,
  );
}

/*
 * How many services of a folder of Compose files get evidence about their image that is better than a rule of thumb.
 *
 * Usage: node scripts/coverage-of-images.mjs [--missing N] DIR        DIR: default BATTEN_CORPUS; N: unmatched images to list, default 25
 *
 * A service counts as covered when a template speaks about its image and, for the service as it is configured, at least one of user,
 * capabilities and read-only is `known` from the template's sources, or from the Dockerfile of a service that is built. Built services whose
 * Dockerfile is not there cannot have evidence, so they are counted apart, as are images whose name hangs on a variable.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { loadSources } from './sources.mjs';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { missing: { type: 'string', default: '25' } } });
const folder = positionals[0] ?? process.env.BATTEN_CORPUS;
if (!folder) {
  console.error('usage: node scripts/coverage-of-images.mjs DIR (or set BATTEN_CORPUS)');
  process.exit(2);
}

const { advise, gatherEvidence, loadTemplates, parseReference, ComposeProject, YamlDocument } = loadSources(
  'images/index',
  'compose/project',
  'yaml/document',
);

/** Kinds of evidence that are about one image, whoever it is. */
const AN_IMAGE = new Set(['template', 'dockerfile', 'image-config']);
const counts = { services: 0, refused: 0, covered: 0, matched: 0, unmatched: 0, built: 0, withoutDockerfile: 0, variable: 0, none: 0 };
const families = new Map();
const missing = new Map();

for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((each) => /\.ya?ml$/.test(each))) {
  const file = path.join(folder, name);
  let project;
  try {
    project = ComposeProject.read(YamlDocument.open(readFileSync(file, 'utf8')));
  } catch {
    counts.refused += 1;
    continue;
  }
  const directory = path.dirname(file);
  const evidence = gatherEvidence(directory, project.services);
  for (const service of project.services) count(service, evidence, directory, name.split(path.sep)[0]);
}

/** Sorts one service into its drawer. */
function count(service, evidence, directory, repository) {
  counts.services += 1;
  const advice = advise(service, evidence);
  if (service.build) {
    if (!hasDockerfile(service.build, directory)) {
      counts.withoutDockerfile += 1;
      return;
    }
    counts.built += 1;
    if (isCovered(advice)) counts.covered += 1;
    return;
  }
  if (!service.image) {
    counts.none += 1;
    return;
  }
  const reference = parseReference(service.image.known ? service.image.text : service.image.raw);
  if (advice.family) {
    counts.matched += 1;
    families.set(advice.family, (families.get(advice.family) ?? 0) + 1);
    if (isCovered(advice)) counts.covered += 1;
  } else if (!reference.nameKnown) counts.variable += 1;
  else {
    counts.unmatched += 1;
    const seen = missing.get(reference.name) ?? { services: 0, repositories: new Set() };
    seen.services += 1;
    seen.repositories.add(repository);
    missing.set(reference.name, seen);
  }
}

function isCovered(advice) {
  const verdicts = [advice.user ?? advice.noUser, advice.capabilities, advice.readOnly];
  return verdicts.some(
    ({ confidence, evidence }) =>
      ['known', 'proven'].includes(confidence) && (advice.family || evidence.some(({ kind }) => AN_IMAGE.has(kind))),
  );
}

function hasDockerfile(build, directory) {
  if (build.inline) return true;
  const context = build.context?.text ?? '.';
  return build.context?.known !== false && existsSync(path.join(directory, context, build.dockerfile?.text ?? 'Dockerfile'));
}

const { services, refused, covered, matched, unmatched, built, withoutDockerfile, variable, none } = counts;
const eligible = matched + unmatched + built;
const share = (part) => `${((100 * part) / Math.max(1, eligible)).toFixed(1)} %`;
console.log(`services                          ${services} (${refused} files could not be read as Compose files)
counted apart: no Dockerfile here ${withoutDockerfile}
               name is a variable ${variable}
               neither image nor build ${none}
with a Dockerfile here              ${built}
eligible                          ${eligible}
a template speaks about the image ${matched} (${share(matched)})
evidence better than generic      ${covered} (${share(covered)})
distinct families matched         ${families.size} of ${loadTemplates().length}`);

const most = [...missing].sort((a, b) => b[1].services - a[1].services || (a[0] < b[0] ? -1 : 1)).slice(0, Number(values.missing));
if (most.length > 0) {
  console.log('\nmost frequent images without a template (services / folders):');
  for (const [name, seen] of most)
    console.log(`  ${String(seen.services).padStart(4)} / ${String(seen.repositories.size).padStart(2)}  ${name}`);
}

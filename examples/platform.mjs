// Hardens the files of a deployment, as a platform that has them as texts. With the package installed: import { batten } from 'batten'.
import { BattenError, batten } from '../dist/index.mjs';

/** What a user handed over, by path. */
const files = {
  'compose.yaml': `services:
  web:
    image: nginx:1.27
    ports: ["8080:80"]
  db:
    extends: { file: common.yaml, service: database }
    volumes: [db:/var/lib/postgresql/data]
volumes:
  db:
`,
  'common.yaml': `services:
  database:
    image: postgres:16
    environment:
      POSTGRES_PASSWORD: \${DB_PASSWORD}
`,
};

/**
 * @param files texts by path
 * @param main the path of the Compose file
 * @returns the files that change, and what was done or is left to do
 * @throws BattenError with code, place and hint for a file that cannot be understood
 */
export function harden(files, main) {
  const { [main]: text, ...texts } = files;
  const results = batten.runProject({ path: main, text, texts }, { profile: 'platform' });
  const changed = Object.fromEntries(results.filter(({ before, after }) => before !== after).map(({ path, after }) => [path, after]));
  const findings = results.flatMap((result) => result.findings.map((finding) => ({ path: result.path, ...finding })));
  return { changed, findings };
}

try {
  const { changed, findings } = harden(files, 'compose.yaml');
  for (const [path, text] of Object.entries(changed)) console.log(`# ${path}\n${text}`);
  for (const { service, status, plan, confidence, evidence } of findings)
    console.log(`${status}: ${plan} (${service}, ${confidence}${evidence[0] ? `: ${evidence[0].ref}` : ''})`);
} catch (error) {
  if (!(error instanceof BattenError)) throw error;
  console.error(`${error.location}: ${error.message}${error.hint ? ` (${error.hint})` : ''}`);
  process.exitCode = 1;
}

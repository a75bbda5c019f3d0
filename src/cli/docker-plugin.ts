import { basename } from 'node:path';

/** What the docker command asks a plugin for its description with. */
const METADATA = 'docker-cli-plugin-metadata';

/** The name a plugin of the docker command has in its directory of plugins: a link to batten. */
const PLUGIN = /^docker-batten(?:\.exe|\.js)?$/;

/**
 * The words batten was called with, when the docker command called it: `docker batten check` calls `docker-batten batten check`.
 *
 * @param program the path of the program as it was called.
 * @see https://github.com/docker/cli/blob/v28.2.2/cli-plugins/metadata/metadata.go
 */
export function wordsFromDocker(program: string, words: readonly string[]): readonly string[] {
  return PLUGIN.test(basename(program)) && words[0] === 'batten' ? words.slice(1) : words;
}

/** The description that the docker command asks for; undefined when it did not. */
export function pluginMetadata(words: readonly string[], version: string): object | undefined {
  if (words.length !== 1 || words[0] !== METADATA) return undefined;
  return {
    SchemaVersion: '0.1.0',
    Vendor: 'batten',
    Version: version,
    ShortDescription: 'Harden Compose files so that they still run',
  };
}

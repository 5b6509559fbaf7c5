/**
 * Returns the answer to `docker-overlay docker-cli-plugin-metadata`, with which Docker's command line recognizes a plugin.
 * https://pkg.go.dev/github.com/docker/cli/cli-plugins/metadata
 */
export function pluginMetadata(version: string): Readonly<Record<string, string>> {
  return {
    SchemaVersion: '0.1.0',
    Vendor: 'overlay-e2e',
    Version: version,
    ShortDescription: 'Check the overlay networks of a cluster',
  };
}

declare module 'postject' {
  /** Adds a resource to an executable. https://github.com/nodejs/postject */
  export function inject(
    file: string,
    resource: string,
    content: Buffer,
    options: { readonly sentinelFuse: string },
  ): Promise<void>;
}

import { z } from 'zod';
import { longestName, machineName } from '../netns/state/check-request.ts';
import { formatRange, parseSubnet } from '../process/address-range.ts';

/** The rule of docker-machine and the kernel. */
export const hostName = z
  .string()
  .regex(
    machineName,
    'a machine name consists of letters, digits, dots and hyphens, and begins with a letter or digit',
  )
  .max(longestName, `a host name has ${longestName} characters at most`);

/** Docker's rule for names. */
export const dockerName = z
  .string()
  .regex(
    /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/,
    'a Docker name consists of two or more letters, digits, "_", "." and "-", and begins with a letter or digit',
  );

/** A label. */
export const setting = z.string().regex(/^[^\s=]+=/, 'it is not KEY=VALUE');

/** An IPv4 range in CIDR notation. */
export const subnet = z.string().superRefine((text, context) => {
  const range = parseSubnet(text);
  const message =
    range === undefined
      ? 'it is not an IPv4 range of /8 to /29, such as 10.0.9.0/24'
      : `it is an address in ${formatRange(range)}: name the range itself`;
  if (range === undefined || formatRange(range) !== text)
    context.addIssue({ code: 'custom', message });
});

/** Names and values of environment variables. */
export const environment = z.record(
  z.string().regex(/^[^\s=]+$/, 'it is not a variable name'),
  z.string(),
);

/** The rule of Debian. */
const packageName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9+.-]+$/,
    'a package name consists of two or more lower-case letters, digits, "+", "." and "-"',
  );

/** The image of a container or service. */
export const image = z.union([
  z.string().min(1, 'it is empty: name a tag or a docker save archive'),
  z.strictObject({
    /** Names of Debian packages. */
    debian: z.array(packageName).min(1, 'empty list'),
  }),
]);

export const port = z.int().min(1, 'it is not a port').max(65_535, 'it is not a port');

export const publishedPort = z
  .string()
  .regex(
    /^(?:\d{1,3}(?:\.\d{1,3}){3}:)?\d{1,5}:\d{1,5}(?:\/(?:tcp|udp))?$/,
    'it is not HOST:CONTAINER, as for docker run -p',
  );

import { z } from 'zod';
import { dockerId, macAddressOrNone, subnetOrNone } from '../../process/text/reported-values.ts';

/*
 * The fields of an engine's own responses that an audit uses beyond its typed facts. A support bundle contains no others.
 */

/** The families of a network's addresses. */
export const networkFamilies = z.object({ EnableIPv6: z.boolean().optional() });

/** The ranges from which a network's addresses are assigned. */
export const networkPools = z.object({
  IPAM: z.object({
    Config: z
      .array(
        z.object({
          Subnet: z.string(),
          IPRange: z.string().nullish(),
          Gateway: z.string().nullish(),
          AuxiliaryAddresses: z.record(z.string(), z.string()).nullish(),
        }),
      )
      .nullish(),
  }),
});

/** Also endpoints without a container: in swarm mode each host has one, and one on `ingress`. */
export const networkEndpoints = z.object({
  Containers: z
    .record(
      z.string(),
      z.object({ IPv4Address: subnetOrNone, MacAddress: macAddressOrNone.optional() }),
    )
    .nullish(),
});

/** Each part is there if it can be read. */
export const inspectedNetwork = z.unknown().transform((raw) => ({
  ...networkFamilies.safeParse(raw).data,
  ...networkPools.safeParse(raw).data,
  ...networkEndpoints.safeParse(raw).data,
}));

/** The network namespace of a container. */
export const inspectedContainer = z.object({
  NetworkSettings: z.object({ SandboxID: dockerId }),
});

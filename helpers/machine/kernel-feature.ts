/** Kernel features that not every kernel has. */
export const kernelFeatures = ['ipvs', 'esp', 'netem', 'nftables'] as const;
export type KernelFeature = (typeof kernelFeatures)[number];

/** A kernel's answer; `reason` is the complete reason if it lacks the feature. */
export type KernelAnswer =
  | { readonly can: true }
  | { readonly can: false; readonly reason: string };

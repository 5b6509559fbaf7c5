/** All pictures, in display order. */
export const pictureNames = ['topology', 'paths', 'set-up', 'latencies'] as const;

/** The pictures of a support bundle, which has no record of a set-up and no times. */
export const bundlePictures: readonly PictureName[] = ['topology', 'paths'];

export type PictureName = (typeof pictureNames)[number];

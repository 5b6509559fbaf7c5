/** All pictures, in display order. */
export const pictureNames = ['topology', 'paths', 'set-up', 'latencies'] as const;
export type PictureName = (typeof pictureNames)[number];

/** Name of the kernel's specification; known here so that nothing of the kernel is loaded to say it. */
export const KERNEL_NAME = 'littoral-typescript';

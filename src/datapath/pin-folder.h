/* SPDX-License-Identifier: Apache-2.0 */
/* The folder of a BPF file system where enforcement is kept when its process ends: found or made,
 * and nobody else's. */
#pragma once

/* Its descriptor, ours alone until it is closed or the process ends; or a negative errno with
 * @ret_why (the caller frees). */
int ward_pin_folder_open(const char *path, char **ret_why);

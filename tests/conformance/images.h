/* SPDX-License-Identifier: Apache-2.0 */
/* The image in user space as a judge: one for each node of a world, as agents write them. */
#pragma once

#include "oracle/oracle.h"

struct images;

struct images *images_new(const struct world *world);
struct images *images_free(struct images *images); /* NULL */

/* False when an image has no such question: it knows IPv4 addresses, of pods on nodes; and a pod
 * meets itself there only through a Service. */
bool images_judge(struct images *images, const struct conn *conn, bool *ret_accept);

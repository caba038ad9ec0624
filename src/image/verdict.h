/* SPDX-License-Identifier: Apache-2.0 */
/* Questions to an image in user space: the same look-up as in the kernel. */
#pragma once

#include <stddef.h>

#include "base/ip.h"
#include "image/lookup.h"

/* Reads the head of @bytes, which must stay mapped.  0, or -EINVAL when it is no image of this
 * layout or its geometry does not fit @size. */
int ward_image_open(const void *bytes, size_t size, struct ward_image *ret_image);

/* Takes the version that is in force now; look-ups use it until the next call.  Returns it
 * (ward_tables.version). */
uint64_t ward_image_load(struct ward_image *image);

/* May @from open a connection to @to, by way of the node?  So a pod to itself is judged as through
 * a Service (F7.1: WARD_HAIRPIN_SPEC); by its own address it never leaves the pod.  The source is
 * taken to be true. */
void ward_image_judge(const struct ward_image *image, struct ward_ip from, struct ward_ip to,
		      enum ward_proto proto, uint16_t port, struct ward_image_verdict *ret_verdict);

/* A packet, its source included. */
void ward_image_walk(const struct ward_image *image, const struct ward_image_flow *flow,
		     struct ward_image_verdict *ret_verdict);

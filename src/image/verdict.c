// SPDX-License-Identifier: Apache-2.0
/* Questions to an image in user space. */
#include "image/verdict.h"

#include <errno.h>

#include "image/image.h"

int ward_image_open(const void *bytes, size_t size, struct ward_image *ret_image)
{
	const struct ward_image_head *head = bytes;

	if (size < sizeof(*head) || head->magic != WARD_IMAGE_MAGIC ||
	    head->layout != WARD_IMAGE_LAYOUT || !head->n_buckets || !head->n_lines ||
	    ward_image_size(head->n_buckets, head->n_lines) > size)
		return -EINVAL;
	*ret_image = (struct ward_image){
		.base = bytes,
		.n_buckets = head->n_buckets,
		.n_lines = head->n_lines,
	};
	ward_image_load(ret_image);
	return 0;
}

uint64_t ward_image_load(struct ward_image *image)
{
	const struct ward_image_head *head = (const void *)image->base;

	image->view = __atomic_load_n(&head->head, __ATOMIC_ACQUIRE) & (WARD_N_VIEWS - 1);
	return ward_root(image)->version;
}

void ward_image_judge(const struct ward_image *image, struct ward_ip from, struct ward_ip to,
		      enum ward_proto proto, uint16_t port, struct ward_image_verdict *ret_verdict)
{
	struct ward_image_end source, target;

	*ret_verdict = (struct ward_image_verdict){
		.decision = {WARD_NOT_JUDGED, WARD_NOT_JUDGED},
	};
	if (from.family != WARD_FAMILY_4 || to.family != WARD_FAMILY_4) {
		ret_verdict->outcome = WARD_OUTCOME_UNSUPPORTED;
		return;
	}
	ward_resolve4(image, from.lo, &source);
	ward_resolve4(image, to.lo, &target);
	if (source.kind == WARD_AT_UNREADY || target.kind == WARD_AT_UNREADY)
		ret_verdict->outcome = WARD_OUTCOME_NOT_READY;
	else
		ward_judge(image, &source, &target, proto, port, ret_verdict);
}

void ward_image_walk(const struct ward_image *image, const struct ward_flow4 *flow,
		     struct ward_image_verdict *ret_verdict)
{
	ward_walk4(image, flow, ret_verdict);
}

// SPDX-License-Identifier: Apache-2.0
/* Questions to an image in user space. */
#include "image/verdict.h"

#include <errno.h>

#include "image/image.h"

int ward_image_open(const void *bytes, size_t size, struct ward_image *ret_image)
{
	const struct ward_image_head *head = bytes;

	if (size < sizeof(*head) || head->magic != WARD_IMAGE_MAGIC ||
	    head->layout != WARD_IMAGE_LAYOUT || !head->geometry.n_buckets4 ||
	    !head->geometry.n_buckets6 || !head->geometry.n_lines ||
	    ward_image_size(&head->geometry) > size)
		return -EINVAL;
	*ret_image = ward_image_of(bytes, &head->geometry);
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
	ward_resolve(image, from.family, &from, &source);
	ward_resolve(image, to.family, &to, &target);
	if (source.kind == WARD_AT_UNREADY || target.kind == WARD_AT_UNREADY)
		ret_verdict->outcome = WARD_OUTCOME_NOT_READY;
	else
		ward_judge(image, &source, &target, proto, port, ret_verdict);
}

void ward_image_walk(const struct ward_image *image, const struct ward_image_flow *flow,
		     struct ward_image_verdict *ret_verdict)
{
	ward_walk(image, flow->from.family, flow, ret_verdict);
}

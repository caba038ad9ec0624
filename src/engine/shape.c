/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/shape.h"

const struct pod_shape *shapes_pod(const struct shapes *shapes, uint32_t pod_shape)
{
	return ward_intern_bytes(&shapes->pods, pod_shape, NULL);
}

const struct shape *shapes_get(const struct shapes *shapes, uint32_t shape)
{
	return ward_intern_bytes(&shapes->all, shape, NULL);
}

uint32_t shapes_intern_pod(struct shapes *shapes, const struct inventory_pod *pod)
{
	struct pod_shape shape = {.ns = pod->ns, .labels = pod->labels, .ports = pod->ports};

	return ward_intern(&shapes->pods, &shape, sizeof(shape));
}

uint32_t shapes_intern(struct shapes *shapes, uint32_t pod_shape, uint32_t class)
{
	struct shape shape = {.pod = pod_shape, .class = class};

	return ward_intern(&shapes->all, &shape, sizeof(shape));
}

void shapes_done(struct shapes *shapes)
{
	ward_intern_done(&shapes->pods);
	ward_intern_done(&shapes->all);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/images.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "engine/engine.h"
#include "image/image.h"
#include "image/verdict.h"
#include "oracle/judges.h"

enum {
	NODES_MAX = 32,
};

static const struct ward_geometry geometry = {64, 64, 4096};

struct node_image {
	ward_sym node;
	struct ward_engine *engine;
	struct ward_image_writer *writer;
	char *bytes;
	struct ward_image image;
};

struct images {
	const struct world *world;
	uint32_t n;
	struct node_image items[NODES_MAX];
};

struct images *images_new(const struct world *world)
{
	struct images *images = ward_new(struct images);

	images->world = world;
	return images;
}

struct images *images_free(struct images *images)
{
	for (uint32_t i = 0; i < images->n; i++) {
		ward_image_writer_free(images->items[i].writer);
		ward_engine_free(images->items[i].engine);
		free(images->items[i].bytes);
	}
	free(images);
	return NULL;
}

static void node_write(struct node_image *item, const struct world *world)
{
	struct ward_image_config config = {
		.geometry = geometry,
		.node = item->node,
	};
	size_t size = ward_image_size(&geometry);

	config.bytes = item->bytes = ward_alloc(size);
	item->engine = engine_for_node(world, item->node);
	item->writer = ward_image_writer_new(&config);
	if (ward_image_commit(item->writer, ward_engine_tables(item->engine), NULL, NULL) < 0 ||
	    ward_image_open(item->bytes, size, &item->image) < 0)
		abort();
}

/* NULL when there are too many nodes. */
static const struct node_image *image_of(struct images *images, ward_sym node)
{
	for (uint32_t i = 0; i < images->n; i++) {
		if (images->items[i].node == node)
			return &images->items[i];
	}
	if (images->n == NODES_MAX)
		return NULL;
	images->items[images->n].node = node;
	node_write(&images->items[images->n], images->world);
	return &images->items[images->n++];
}

/* Who has the end's address; false if that is another than the pod that is meant. */
static bool end_pod(const struct world *world, const struct conn_end *end,
		    const struct ward_pod **ret_pod)
{
	if (end->ip.family == WARD_FAMILY_NONE)
		return false;
	*ret_pod = oracle_pod_of(world, end->ip);
	if (*ret_pod && (*ret_pod)->node == WARD_NONE)
		return false;
	return !end->pod || end->pod->host_network || end->pod == *ret_pod;
}

bool images_judge(struct images *images, const struct conn *conn, bool *ret_accept)
{
	const struct ward_pod *ends[2];
	bool accept = true;

	if (!end_pod(images->world, &conn->from, &ends[0]) ||
	    !end_pod(images->world, &conn->to, &ends[1]))
		return false;
	if (ends[0] && ends[0] == ends[1] && (!conn->via_service || conn->hairpin != HAIRPIN_SPEC))
		return false;
	for (int i = 0; i < 2; i++) {
		const struct node_image *item = ends[i] ? image_of(images, ends[i]->node) : NULL;
		struct ward_image_verdict verdict;

		if (!item && ends[i])
			return false;
		if (!item)
			continue;
		ward_image_judge(&item->image, conn->from.ip, conn->to.ip, conn->proto, conn->port,
				 &verdict);
		accept = accept && verdict.accept;
	}
	*ret_accept = accept;
	return true;
}

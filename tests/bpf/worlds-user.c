/* SPDX-License-Identifier: Apache-2.0 */
/* The image in user space against the engine, on random worlds. */
#include "worlds.h"

static void ask(void *self, struct ward_ip from, struct ward_ip to, enum ward_proto proto,
		uint16_t port, struct ward_image_verdict *ret_verdict)
{
	struct ward_image *image = self;

	ward_image_load(image);
	ward_image_judge(image, from, to, proto, port, ret_verdict);
}

int main(void)
{
	struct ward_image image;
	struct worlds worlds = {.ask = ask, .self = &image};
	size_t size = ward_image_size(&world_geometry);
	struct ward_image_config config = {
		.bytes = ward_alloc(size),
		.geometry = world_geometry,
	};
	int r;

	ward_symbols_init(&worlds.symbols);
	config.node = ward_symbol(&worlds.symbols, "node-0");
	worlds.writer = ward_image_writer_new(&config);
	ward_image_open(config.bytes, size, &image);
	r = worlds_run(&worlds, 2000000);
	ward_image_writer_free(worlds.writer);
	ward_symbols_done(&worlds.symbols);
	free(config.bytes);
	return r;
}

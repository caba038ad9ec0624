/* SPDX-License-Identifier: Apache-2.0 */
/* The program in the kernel against the engine, on random worlds. */
#include "datapath/events.h"
#include "datapath/program.h"
#include "net.h"
#include "packet.h"
#include "worlds.h"

struct kernel {
	struct ward_program program;
	struct ward_events *events;
	struct ward_flow_event last;
};

static void hear(void *userdata, const struct ward_flow_event *event)
{
	struct kernel *kernel = userdata;

	kernel->last = *event;
}

static void ask(void *self, struct ward_ip from, struct ward_ip to, enum ward_proto proto,
		uint16_t port, struct ward_image_verdict *ret_verdict)
{
	static const uint8_t numbers[] = {IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP, IPPROTO_GRE};
	struct packet packet = packet_of(from, to, numbers[proto], 1024, port);
	struct kernel *kernel = self;
	int r = packet_judge(kernel->program.fd, &packet);

	if (r < 0 || ward_events_poll(kernel->events, hear, kernel) != 1)
		abort();
	*ret_verdict = (struct ward_image_verdict){
		.accept = r,
		.outcome = kernel->last.reason,
		.decision = {kernel->last.decision[0], kernel->last.decision[1]},
	};
}

int main(void)
{
	struct kernel kernel;
	struct worlds worlds = {.ask = ask, .self = &kernel};
	const struct ward_program_config program = {world_geometry, true};
	struct ward_image_config config = {
		.geometry = world_geometry,
	};
	_cleanup_free_ char *why = NULL;
	int r;

	if (ward_datapath_probe(&why) < 0)
		net_skip(why);
	net_enter(net_new());
	if (ward_program_load(&kernel.program, &program, &why) < 0 ||
	    ward_events_open(&kernel.program, &kernel.events) < 0) {
		fprintf(stderr, "%s\n", why ? why : "no events");
		return EXIT_FAILURE;
	}
	ward_symbols_init(&worlds.symbols);
	config.bytes = kernel.program.image;
	config.node = ward_symbol(&worlds.symbols, "node-0");
	worlds.writer = ward_image_writer_new(&config);
	r = worlds_run(&worlds, 300000);
	ward_image_writer_free(worlds.writer);
	ward_events_close(kernel.events);
	ward_program_unload(&kernel.program);
	ward_symbols_done(&worlds.symbols);
	return r;
}

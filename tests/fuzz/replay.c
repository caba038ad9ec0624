/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a fuzz target once on every file of the folders that are named. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "fuzz.h"

static int replay_file(const char *path)
{
	_cleanup_file_ FILE *file = fopen(path, "re");
	_cleanup_free_ char *bytes = NULL;
	long size;

	if (!file || fseek(file, 0, SEEK_END) < 0 || (size = ftell(file)) < 0) {
		perror(path);
		return -1;
	}
	rewind(file);
	bytes = ward_alloc((size_t)size);
	LLVMFuzzerTestOneInput((const uint8_t *)bytes, fread(bytes, 1, (size_t)size, file));
	return 0;
}

static int replay_folder(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int n = 0;

	if (!dir) {
		perror(folder);
		return -1;
	}
	while (n >= 0 && (entry = readdir(dir))) {
		_cleanup_free_ char *path = ward_format("%s/%s", folder, entry->d_name);

		if (entry->d_name[0] != '.')
			n = replay_file(path) < 0 ? -1 : n + 1;
	}
	closedir(dir);
	return n;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		int n = replay_folder(argv[i]);

		if (n <= 0) {
			fprintf(stderr, "%s: nothing to replay\n", argv[i]);
			return 1;
		}
		printf("%s: %d inputs\n", argv[i], n);
	}
	return 0;
}

"""Runs `gangmu extract --jsonl` over documents on Spark: JSON Lines in, parts of N-Quads out.

    python extract.py --input documents/ --output parts/
    gangmu load --store data/ parts/part-*

Every executor runs the program as a filter (RDD.pipe), so it must be installed on every node, and the file of --names be
there too. The exit code is 1 where some records gave no document; the executors' logs name them.
"""

import argparse
import shlex
import sys

from pyspark.sql import SparkSession

# Each document that was read says once of which work it is a version.
A_VERSION = " <https://w3id.org/gangmu/ontology#versionOf> "


def main():
    parser = argparse.ArgumentParser(description="Extract triples from documents on Spark.")
    parser.add_argument("--input", required=True, help="folder (or pattern) of JSON Lines: id, and path, text or base64")
    parser.add_argument("--output", required=True, help="folder for the parts; must not exist")
    parser.add_argument("--gangmu", default="gangmu", help="the program, on every node")
    parser.add_argument("--base-iri", help="what all IRIs begin with: that of the store the parts are for")
    parser.add_argument("--names", help="the file of names, on every node")
    parser.add_argument("--partitions", type=int, help="as many parts at least (default: as Spark splits the input)")
    args = parser.parse_args()

    # One thread each: Spark runs as many of them on a node as it has cores.
    extract = [args.gangmu, "extract", "--jsonl", "--threads", "1"]
    if args.base_iri:
        extract += ["--base-iri", args.base_iri]
    if args.names:
        extract += ["--names", args.names]
    # 1 says that some records were bad, which is counted below; anything above stops the job.
    command = shlex.join(["sh", "-c", '"$@"; [ $? -le 1 ]', "extract", *extract])

    spark = SparkSession.builder.appName("gangmu extract").getOrCreate()
    context = spark.sparkContext
    lines = context.textFile(args.input)
    if args.partitions and lines.getNumPartitions() < args.partitions:
        lines = lines.repartition(args.partitions)
    records = lines.filter(lambda line: line.strip())
    codec = "org.apache.hadoop.io.compress.GzipCodec"
    records.pipe(command, checkCode=True).saveAsTextFile(args.output, compressionCodecClass=codec)

    asked = records.count()
    read = context.textFile(args.output).filter(lambda line: A_VERSION in line).count()
    spark.stop()
    print(f"{read} of {asked} records gave a document", file=sys.stderr)
    return 0 if read == asked else 1


if __name__ == "__main__":
    sys.exit(main())

package io.inference.engine.cuda.driver;

/**
 * The size of a launch.
 *
 * @param x blocks in the first dimension
 * @param y blocks in the second dimension
 * @param z blocks in the third dimension
 * @param block threads of a block
 * @param sharedBytes dynamic shared memory of a block
 */
public record Grid(int x, int y, int z, int block, int sharedBytes) {
    public static Grid of(int x, int block) {
        return new Grid(x, 1, 1, block, 0);
    }

    public static Grid of(int x, int y, int block) {
        return new Grid(x, y, 1, block, 0);
    }

    public static Grid of(int x, int y, int z, int block) {
        return new Grid(x, y, z, block, 0);
    }
}

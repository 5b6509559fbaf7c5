-- The car service's database: run once, as root, into an empty server (also by mariadbd --bootstrap).
CREATE DATABASE cars CHARACTER SET utf8mb4;
USE cars;

CREATE TABLE producer (
  producer_id INT PRIMARY KEY,
  producer_name VARCHAR(100) NOT NULL,
  country VARCHAR(100),
  count_of_cars INT NOT NULL DEFAULT 0
);

CREATE TABLE car (
  car_id INT PRIMARY KEY,
  car_name VARCHAR(100) NOT NULL,
  date_of_creation DATE NOT NULL,
  producer_id INT NOT NULL,
  picture MEDIUMBLOB,
  FOREIGN KEY (producer_id) REFERENCES producer (producer_id)
);

INSERT INTO producer (producer_id, producer_name) VALUES (1, 'toyota');
INSERT INTO car (car_id, car_name, date_of_creation, producer_id) VALUES (1, 'Cruiser', '2015-10-14', 1);

-- A server that starts with --bootstrap knows no accounts before.
FLUSH PRIVILEGES;

-- From any host: the application's address on the overlay is not known beforehand.
CREATE USER 'cars'@'%' IDENTIFIED BY 'cars';
GRANT ALL ON cars.* TO 'cars'@'%';
